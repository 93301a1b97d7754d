import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { cp, mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { promisify } from "node:util"
import type { ContainerEngine, ImageConfig, ImageSummary } from "../engine.js"

const run = promisify(execFile)
const suite = "bookworm"

/** Debian root file systems made by debootstrap below a directory: one base, and what packages add to it. Minutes, and a mirror. */
export interface DebianImages {
  /** An image of the base alone. */
  base: ImageSummary
  /** The base with packages on top, as a layer of its own. */
  withPackages(reference: string, packages: readonly string[], config: Partial<ImageConfig>): Promise<ImageSummary>
}

export async function makeDebianImages(
  engine: ContainerEngine,
  options: { directory: string; reference: string; mirror: string | undefined },
): Promise<DebianImages> {
  const { directory, reference, mirror } = options
  const root = join(directory, "base")
  await run("debootstrap", ["--variant=minbase", suite, root, ...(mirror === undefined ? [] : [mirror])], quiet)
  // As in Debian's own container images: packages that are installed start no services.
  await writeFile(join(root, "usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", { mode: 0o755 })
  // The cluster is to be made in a volume, not in the image.
  await mkdir(join(root, "etc/postgresql-common"))
  await writeFile(join(root, "etc/postgresql-common/createcluster.conf"), "create_main_cluster = false\n")
  await run("rm", ["-rf", "--", join(root, "var/cache/apt/archives"), join(root, "var/lib/apt/lists")])
  const base = await engine.images.importRootfs(tarOf(root, ["."]), { reference, config: { command: ["/bin/bash"] } })
  return {
    base,
    withPackages: async (name, packages, config) => {
      const place = join(directory, name.replace(/\W+/g, "-"))
      await install({ root, place, packages })
      const { id } = await engine.containers.create({ image: reference })
      try {
        await engine.containers.copyIn(id, "/", tarOf(join(place, "upper"), await addedPaths(join(place, "upper"))))
        return await engine.containers.commit(id, { reference: name, config, comment: packages.join(" ") })
      } finally {
        await engine.containers.remove(id)
      }
    },
  }
}

const quiet = { maxBuffer: 64 << 20 }

/** apt in the base, with an overlay over it that takes what it writes; in a mount namespace of its own, which takes the mounts along. */
async function install({ root, place, packages }: { root: string; place: string; packages: readonly string[] }): Promise<void> {
  for (const name of ["upper", "work", "merged"]) await mkdir(join(place, name), { recursive: true })
  await cp("/etc/resolv.conf", join(root, "etc/resolv.conf"))
  const script = `
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/merged"
    mount -t proc proc "$2/merged/proc"; mount -t tmpfs tmpfs "$2/merged/dev/shm"; mount -t tmpfs tmpfs "$2/merged/tmp"
    mkdir -p "$2/merged/var/lib/apt/lists" "$2/merged/var/cache/apt/archives"
    mount -t tmpfs tmpfs "$2/merged/var/lib/apt/lists"; mount -t tmpfs tmpfs "$2/merged/var/cache/apt/archives"
    place=$2; shift 2
    chroot "$place/merged" apt-get -q update
    chroot "$place/merged" apt-get -q install --yes --no-install-recommends "$@"`
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: "noninteractive",
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LC_ALL: "C.UTF-8",
  }
  await run("unshare", ["--mount", "--pid", "--fork", "--kill-child", "--", "sh", "-ec", script, "sh", root, place, ...packages], {
    ...quiet,
    env,
  })
}

/** Relative to the upper directory, less the overlay's marks of what is gone. */
async function addedPaths(upper: string): Promise<string[]> {
  const { stdout } = await run("find", [".", "-mindepth", "1", "!", "-type", "c", "-print0"], { cwd: upper, ...quiet })
  return stdout.split("\0").filter((path) => path !== "")
}

/** The tree as it is on disk; only what is named, without what lies below it, unless it is `.`. */
function tarOf(root: string, paths: readonly string[]): Readable {
  const args = ["--create", "--numeric-owner", "--xattrs", "--xattrs-include=security.capability", "--format=pax", "-C", root]
  const whole = paths.length === 1 && paths[0] === "."
  return Readable.from(outputOf(whole ? [...args, "."] : [...args, "--no-recursion", "--null", "--files-from=-"], paths.join("\0")), {
    objectMode: false,
  })
}

async function* outputOf(args: string[], input: string): AsyncGenerator<Buffer, void, undefined> {
  const tar = spawn("tar", args, { stdio: ["pipe", "pipe", "inherit"] })
  const ended = once(tar, "close") as Promise<[number | null]>
  tar.stdin.end(input)
  yield* tar.stdout as AsyncIterable<Buffer>
  const [code] = await ended
  if (code !== 0) throw new Error(`tar ended with ${code}`)
}
