import { execFile, execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { copyFileSync, createReadStream, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { gzipSync } from "node:zlib"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type DockerRegistry, startDockerRegistry } from "../conformance/docker-registry.js"
import { makeBusyTar, treeOf } from "../images/testing/busy-tree.js"
import { configOf, file, manifestOf, ociArchive, type TestImage } from "../images/testing/make-archive.js"
import { makeTestStore, type TestStore } from "../images/testing/test-store.js"
import { makeTar } from "../spec/tar/make-tar.js"
import { installed, type TestDaemon, testDockerd } from "./testing/test-daemon.js"

const run = promisify(execFile)
const busybox = installed("busybox")
const missing = ["dockerd", "docker", "docker-registry", "busybox"].filter((tool) => installed(tool) === undefined)
const title = `images of a real Docker${missing.length === 0 ? "" : ` (skipped: ${missing.join(", ")} not installed)`}`

const image: TestImage = {
  layers: [makeTar([file("base", "base")]), makeTar([file("large", randomBytes(6 << 20))])],
  names: ["app:1"],
  config: { Cmd: ["/base"] },
  encode: (tar) => gzipSync(tar),
  layerMediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
}

describe.skipIf(missing.length > 0)(title, () => {
  let daemon: TestDaemon
  let registry: DockerRegistry
  let store: TestStore
  beforeAll(async () => {
    // Its images have owners that no range of ids reaches.
    daemon = await testDockerd({ remapsUsers: false })
    // In the network namespace in which the daemon is: where the test's thread is too by now.
    registry = await startDockerRegistry(at("registry"))
    const { username, password } = registry.credentials
    const auth = Buffer.from(`${username}:${password}`).toString("base64")
    mkdirSync(at("client"))
    writeFileSync(at("client/config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }))
  })
  afterAll(async () => {
    await registry.stop()
    await daemon.dispose()
  })
  beforeEach(async () => {
    store = await makeTestStore()
  })
  afterEach(() => store.remove())

  const at = (path: string) => join(daemon.directory, path)
  const name = (text: string) => `${registry.host}/${text}`
  const docker = async (...args: string[]): Promise<string> => {
    const options = { env: { PATH: process.env.PATH, HOME: daemon.directory } }
    const { stdout } = await run("/usr/bin/docker", ["--config", at("client"), "--host", `unix://${daemon.socket}`, ...args], options)
    return stdout.trim()
  }
  const digestsOf = async (reference: string) =>
    JSON.parse(await docker("inspect", "--format={{json .RepoDigests}}", reference)) as string[]

  test("what we push Docker pulls, and what Docker pushes we pull: with the same digests on both sides", async () => {
    const { credentials } = registry
    await store.load(ociArchive([image]))
    const { digest } = await store.images.push("app:1", { to: name("ours:1"), credentials })
    expect(digest).toBe(manifestOf(image).manifest.digest)
    expect(await docker("pull", name("ours:1"))).toContain(`Digest: ${digest}`)
    expect(await digestsOf(name("ours:1"))).toEqual([`${name("ours")}@${digest}`])
    expect(await docker("inspect", "--format={{.Id}}", name("ours:1"))).toBe(configOf(image).digest)

    await docker("import", "--change", 'CMD ["/base"]', await tarOf(image.layers[0]), name("theirs:1"))
    const said = await docker("push", name("theirs:1"))
    const pulled = await store.images.pull(name("theirs:1"), { credentials })
    expect(said).toContain(`digest: ${pulled.digest}`)
    expect(await digestsOf(name("theirs:1"))).toEqual([`${name("theirs")}@${pulled.digest}`])
    expect(pulled.id).toBe(await docker("inspect", "--format={{.Id}}", name("theirs:1")))
    // And on from here: the same manifest under another name.
    expect(await store.images.push(pulled.id, { to: name("back:1"), credentials })).toEqual({ digest: pulled.digest })
    expect(await docker("pull", name("back:1"))).toContain(`Digest: ${pulled.digest}`)
  })

  test("a docker save of imported and committed layers, with a bit of everything, unpacks as docker export has it", async () => {
    mkdirSync(at("source"))
    mkdirSync(at("source/bin"))
    copyFileSync(busybox ?? "", at("source/bin/busybox"))
    const reference = "busy.test/tree"
    // Docker itself cannot save what it imported from a tar with holes.
    await docker("import", makeBusyTar(at("source"), { sparse: false }), `${reference}:1`)
    const steps = [
      "rm -r gone dangling opaque; mkdir opaque; echo new > opaque/new; chmod 700 a/b/c; echo more >> a/one; ln opaque/new again; chown 7:8 a/b",
      "rm a/b/soft; mkdir -m 1777 a/b/soft; mv opaque moved; rm again null; mkdir -p gone/again; echo last > sparse; touch -d '2003-03-03 03:03:03' a",
    ]
    for (const [index, step] of steps.entries()) {
      const id = await docker(
        "create",
        "--network=none",
        `${reference}:${index + 1}`,
        "/bin/busybox",
        "sh",
        "-ec",
        `export PATH=/none; ${step}`,
      )
      await docker("start", "--attach", id)
      await docker("commit", id, `${reference}:${index + 2}`)
      await docker("rm", id)
    }
    await docker("save", "--output", at("saved.tar"), `${reference}:2`, `${reference}:3`)
    const loaded = await store.images.load(createReadStream(at("saved.tar")))
    expect(loaded.flatMap(({ references }) => references).sort()).toEqual([`${reference}:2`, `${reference}:3`])
    for (const tag of ["2", "3"]) {
      const expected = await exported(`${reference}:${tag}`)
      expect(expected.length).toBeGreaterThan(15)
      const { id, layers } = await store.images.inspect(`${reference}:${tag}`)
      expect(layers).toHaveLength(Number(tag))
      await store.snapshots.prepare(tag, (await store.images.resolve(id))?.diffIds ?? [])
      await store.snapshots.mount(tag, join(store.place.root, "mounted"), undefined)
      try {
        expect(listed(join(store.place.root, "mounted"))).toEqual(expected)
      } finally {
        await store.snapshots.unmount(tag, join(store.place.root, "mounted"))
        await store.snapshots.remove(tag)
      }
    }
  })

  async function tarOf(tar: Buffer | undefined): Promise<string> {
    writeFileSync(at("layer.tar"), tar ?? "")
    return at("layer.tar")
  }

  /** The tree of a new container, as `docker export` tells it and GNU tar unpacks it. */
  async function exported(reference: string): Promise<string[]> {
    const id = await docker("create", reference, "none")
    const directory = at(`export-${id}`)
    mkdirSync(directory)
    await docker("export", "--output", `${directory}.tar`, id)
    await docker("rm", id)
    execFileSync("tar", [
      "--extract",
      "--same-owner",
      "--same-permissions",
      "--xattrs",
      "--xattrs-include=*",
      `--file=${directory}.tar`,
      "-C",
      directory,
    ])
    return listed(directory)
  }
})

/** Of extended attributes Docker exports `security.capability` alone; what it makes in a container's root (/etc/hosts, /dev, …) is none of the image's. */
function listed(root: string): string[] {
  return treeOf(root, { attributes: ["security.capability"], links: "seen" }).filter(
    (line) => !/^(dev|etc|proc|sys|\.dockerenv)(\/| )/.test(line),
  )
}
