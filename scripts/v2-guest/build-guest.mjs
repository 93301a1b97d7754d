import { createHash } from "node:crypto"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { lastLines, runCommand } from "../lib/run-command.mjs"
import { say } from "../lib/say.mjs"

const suite = "trixie"
const packages = [
  "aardvark-dns",
  "busybox-static",
  "catatonit",
  "conmon",
  "criu",
  "crun",
  "e2fsprogs",
  "iproute2",
  "kmod",
  "linux-image-amd64",
  "nftables",
  "nodejs",
  "procps",
  "runc",
  "util-linux",
  "xz-utils",
]
/** What the kernel needs before it has its root, and what the guest's init must not wait for a udev to load. */
const modules = ["virtio_blk", "ext4", "loop"]
const here = fileURLToPath(new URL(".", import.meta.url))

/**
 * Makes the guest's disk, kernel and initial ramdisk once and keeps them in the cache, named by everything that went into
 * them. Resolves with their paths. Takes two minutes the first time; needs root and a Debian mirror.
 */
export async function buildGuest({ cacheDirectory, mirror }) {
  const directory = join(cacheDirectory, `guest-${recipeDigest()}`)
  const guest = { disk: join(directory, "disk.ext4"), kernel: join(directory, "vmlinuz"), initrd: join(directory, "initrd") }
  if (existsSync(directory)) return guest
  mkdirSync(cacheDirectory, { recursive: true })
  const work = mkdtempSync(join(cacheDirectory, "making-"))
  try {
    await makeGuest(work, mirror)
    rmSync(join(work, "root"), { recursive: true })
    for (const name of readdirSync(cacheDirectory)) if (name.startsWith("guest-")) rmSync(join(cacheDirectory, name), { recursive: true })
    renameSync(work, directory)
  } catch (error) {
    rmSync(work, { recursive: true, force: true })
    throw error
  }
  return guest
}

// An image belongs to its recipe: a changed recipe makes another one.
function recipeDigest() {
  const hash = createHash("sha256")
  for (const name of ["build-guest.mjs", "initrd-init.sh", "guest-init.sh"]) hash.update(readFileSync(join(here, name)))
  return hash.digest("hex").slice(0, 12)
}

async function makeGuest(work, mirror) {
  const root = join(work, "root")
  say.step(`debootstrap ${suite} (${packages.join(", ")})`)
  await run("debootstrap", ["--variant=minbase", `--include=${packages.join(",")}`, suite, root, ...(mirror ? [mirror] : [])])
  say.step("initial ramdisk")
  copyFileSync(join(root, "boot", only(root, /^vmlinuz-/)), join(work, "vmlinuz"))
  await makeInitrd(root, join(work, "initrd"))
  say.step("disk image")
  for (const path of ["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man", "boot"])
    rmSync(join(root, path), { recursive: true, force: true })
  for (const path of ["mnt/repo", "repo", "boot"]) mkdirSync(join(root, path), { recursive: true })
  copyFileSync(join(here, "guest-init.sh"), join(root, "plimsoll-init"))
  await run("chmod", ["755", join(root, "plimsoll-init")])
  await run("mkfs.ext4", ["-q", "-d", root, "-E", "lazy_itable_init=0,lazy_journal_init=0", join(work, "disk.ext4"), "4G"])
}

async function makeInitrd(root, target) {
  const release = only(root, /^vmlinuz-/).replace("vmlinuz-", "")
  const tree = join(root, "initrd-tree")
  for (const directory of ["bin", "modules", "proc", "sys", "dev", "new"]) mkdirSync(join(tree, directory), { recursive: true })
  copyFileSync(join(root, "usr/bin/busybox"), join(tree, "bin/busybox"))
  copyFileSync(join(here, "initrd-init.sh"), join(tree, "init"))
  await run("chmod", ["755", join(tree, "init"), join(tree, "bin/busybox")])
  const order = await moduleOrder(root, release)
  for (const path of order)
    await run("chroot", [
      root,
      "sh",
      "-c",
      'case "$1" in *.xz) xz -dc "$1" > "$2";; *) cat "$1" > "$2";; esac',
      "sh",
      path,
      `/initrd-tree/modules/${moduleName(path)}`,
    ])
  writeFileSync(join(tree, "modules/order"), order.map((path) => `${moduleName(path)}\n`).join(""))
  await run("chroot", [root, "sh", "-c", "cd /initrd-tree && find . | busybox cpio -o -H newc > /initrd.cpio"])
  renameSync(join(root, "initrd.cpio"), target)
  rmSync(tree, { recursive: true })
}

/** Files of the modules and of what they need, in the order of loading. */
async function moduleOrder(root, release) {
  const output = await run("chroot", [root, "modprobe", "--set-version", release, "--show-depends", "--all", ...modules])
  return [...new Set(output.split("\n").flatMap((line) => /^insmod (\S+)/.exec(line)?.[1] ?? []))]
}

function moduleName(path) {
  return basename(path).replace(/\.xz$/, "")
}

function only(root, pattern) {
  const name = readdirSync(join(root, "boot")).find((entry) => pattern.test(entry))
  if (!name) throw new Error("The guest's kernel package brought no kernel.")
  return name
}

async function run(command, args) {
  const { code, output } = await runCommand(command, args)
  if (code !== 0) throw new Error(`${command} failed with ${code}:\n${lastLines(output, 15).join("\n")}`)
  return output
}
