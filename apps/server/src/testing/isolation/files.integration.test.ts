import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, readdirSync, readFileSync, statfsSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isEngineError } from "@plimsoll/runtime"
import { makeTar, readAll, streamOf, syscallProgram, type TarFile } from "@plimsoll/runtime/conformance"
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest"
import type { ContainerInspect } from "../../contract/index.js"
import { attempt } from "./attempt.js"
import { type IsolationGround, openIsolationGround } from "./isolation-ground.js"

const MEBIBYTE = 2 ** 20
const GETEUID = 107
/** The program exits with the low byte of minus its effective user id. */
const AS_ROOT = "0"
const AS_USER = `${-1000 & 0xff}`

let ground: IsolationGround
/** What is the host's alone: nobody may read or change it through a container. */
let canary: string
const device = statSync("/var/tmp").dev
const hostDisk = { devmajor: (device >> 8) & 0xfff, devminor: device & 0xff }

beforeAll(async () => {
  const whoami = syscallProgram(GETEUID)
  ground = await openIsolationGround({
    files: [
      { name: "bin/euid", mode: 0o755, data: whoami },
      { name: "bin/euid-set", mode: 0o4755, data: whoami },
      { name: "srv", type: "directory", mode: 0o755 },
      { name: "srv/disk", type: "block-device", mode: 0o666, ...hostDisk },
      { name: "srv/mem", type: "character-device", mode: 0o666, devmajor: 1, devminor: 1 },
    ],
  })
  canary = join(ground.server.dataDirectory, "../canary")
  mkdirSync(canary)
  chmodSync(canary, 0o777)
  writeFileSync(join(canary, "file"), "the host's", { mode: 0o666 })
}, 120_000)
afterEach(() => ground.clear())
afterAll(() => ground.close())

const untouched = (): void => {
  expect(readdirSync(canary)).toEqual(["file"])
  expect(readFileSync(join(canary, "file"), "utf8")).toBe("the host's")
}
const volume = (name: string, target: string) => ({ mounts: [{ kind: "volume", volume: name, target }], volumeBytes: 16 * MEBIBYTE })

describe("from inside a tenant's container", () => {
  attempt("made-device", async () => {
    const { id } = await ground.start("mallory")
    const { stdout } = await ground.sh(
      id,
      `for t in /tmp /dev /dev/shm; do mknod $t/disk b ${hostDisk.devmajor} ${hostDisk.devminor} && head -c1 $t/disk | wc -c; mknod $t/mem c 1 1 && head -c1 $t/mem | wc -c; done; true`,
    )
    expect(stdout.split(/\s+/)).not.toContain("1")
    expect(stdout.match(/not permitted/g)?.length).toBeGreaterThanOrEqual(3)
  })

  attempt("brought-device", async () => {
    const { id } = await ground.start("mallory", volume("devices", "/data"))
    const node: TarFile = { name: "disk", type: "block-device", mode: 0o666, ...hostDisk }
    const copied = await ground.engine.containers.copyIn(id, "/data", streamOf(await makeTar([node]))).then(
      () => "copied",
      () => "refused",
    )
    const { stdout } = await ground.sh(
      id,
      "for f in /srv/disk /srv/mem /data/disk; do head -c1 $f 2>/dev/null | wc -c; (echo x > $f) 2>/dev/null && test -b $f && echo WROTE; done; true",
    )
    expect(stdout, copied).toBe("0\n0\n0")
  })

  attempt("setuid-image", async () => {
    const { id } = await ground.start("mallory")
    expect((await ground.sh(id, "euid-set; echo $?; ls -l /bin/euid-set | cut -c1-4", { user: "1000" })).stdout).toBe(`${AS_USER}\n-rws`)
    expect((await ground.sh(id, "euid-set; echo $?")).stdout).toBe(AS_ROOT)
    expect((await ground.sh(id, "euid; echo $?", { user: "1000" })).stdout).toBe(AS_USER)
  })

  attempt("setuid-volume", async () => {
    const { id } = await ground.start("mallory", volume("tools", "/data"))
    await ground.sh(id, "cp /bin/euid /data/euid && chown 0:0 /data/euid && chmod 6755 /data/euid")
    const second = await ground.start("mallory", volume("tools", "/data"))
    expect((await ground.sh(second.id, "/data/euid; echo $?", { user: "1000" })).stdout).toBe(AS_USER)
    // Were somebody of the host to run it, it would be nobody's: its owner is an id of the tenant's range.
    const base = second.userNamespace.kind === "private" ? second.userNamespace.uidBase : 0
    const owner = execFileSync("stat", ["-c", "%u", `/proc/${pidOf(second)}/root/data/euid`])
      .toString()
      .trim()
    expect(Number(owner)).toBe(base)
    expect(base).toBeGreaterThan(65_536)
  })

  attempt("symlink-race-out", async () => {
    const { id } = await ground.start("mallory", volume("race", "/data"))
    await swapping(id, "/data")
    await untilBoth(async () => {
      const { tar } = await ground.engine.containers.copyOut(id, "/data/place/file")
      expect((await readAll(tar)).toString("latin1")).not.toContain("the host's")
    })
    untouched()
  })

  attempt("symlink-race-in", async () => {
    const { id } = await ground.start("mallory", volume("race", "/data"))
    await swapping(id, "/data")
    const planted = await makeTar([
      { name: "planted", data: "planted" },
      { name: "file", data: "overwritten" },
    ])
    await untilBoth(() => ground.engine.containers.copyIn(id, "/data/place", streamOf(planted)))
    untouched()
  })

  attempt("symlink-race-mount", async () => {
    // A second volume is to be mounted at a place inside of the first, which turns into a link to the host meanwhile.
    const { id } = await ground.start("mallory", volume("race", "/data"))
    await swapping(id, "/data")
    await ground.engine.volumes.create({ name: "onto", tenant: "mallory", sizeBytes: 16 * MEBIBYTE })
    for (let again = 0; again < 3; again++) {
      const mounts = [...volume("race", "/data").mounts, { kind: "volume", volume: "onto", target: "/data/place" }]
      const victim = await ground.start("mallory", { mounts }).catch(() => undefined)
      if (victim !== undefined) await ground.sh(victim.id, "echo planted > /data/place/planted; cat /data/place/file")
      expect(execFileSync("cat", ["/proc/self/mountinfo"]).toString()).not.toContain(canary)
      untouched()
      if (victim !== undefined) await ground.mutate("containers.remove", { id: victim.id, force: true })
    }
  })

  attempt("own-disk", async () => {
    const alice = await ground.start("alice")
    const { id } = await ground.start("mallory", volume("small", "/data"))
    const before = statfsSync(ground.server.dataDirectory)
    const { stdout } = await ground.sh(id, "dd if=/dev/zero of=/fill bs=64k; dd if=/dev/zero of=/data/fill bs=64k; sync; ls -l /fill")
    expect(stdout.match(/No space left on device/g)).toHaveLength(2)
    // 32 MiB and 16 MiB were sold; what else is written here meanwhile is the machine's.
    const taken = (before.bavail - statfsSync(ground.server.dataDirectory).bavail) * before.bsize
    expect(taken).toBeLessThan(256 * MEBIBYTE)
    expect((await ground.sh(alice.id, "echo on > /file && sync && cat /file")).stdout).toBe("on")
  })

  attempt("own-inodes", async () => {
    const alice = await ground.start("alice")
    const { id } = await ground.start("mallory", volume("inodes", "/data"))
    const before = statfsSync(ground.server.dataDirectory).ffree
    const { stdout } = await ground.sh(id, "cd /data; i=0; while : > f$i; do i=$((i+1)); done 2>&1; echo made $i")
    expect(stdout).toContain("No space left on device")
    expect(before - statfsSync(ground.server.dataDirectory).ffree).toBeLessThan(1000)
    expect((await ground.sh(alice.id, "i=0; while [ $i -lt 100 ]; do : > /f$i && i=$((i+1)); done; echo made $i")).stdout).toBe("made 100")
  })
})

const pidOf = ({ state }: ContainerInspect): number => {
  if (state.status !== "running") throw new Error("it does not run")
  return state.pid
}

/** Starts a loop in the container that makes `DIRECTORY/place` a directory and a link to the canary in turn. */
async function swapping(id: string, directory: string): Promise<void> {
  const loop = `cd ${directory}; mkdir -p real; echo ours > real/file; while :; do mv real place; sleep 0; mv place real; ln -s ${canary} place; sleep 0; rm place; done`
  await ground.sh(id, `(${loop}) >/dev/null 2>&1 & sleep 0.1`)
}

/** Tries forty times, and goes on until it was met by both a success and a refusal of the engine: then it was a race. */
async function untilBoth(work: () => Promise<unknown>): Promise<void> {
  const seen = { done: 0, refused: 0 }
  const until = performance.now() + 20_000
  while (seen.done + seen.refused < 40 || seen.done === 0 || seen.refused === 0) {
    expect(performance.now(), JSON.stringify(seen)).toBeLessThan(until)
    try {
      await work()
      seen.done++
    } catch (error) {
      if (!isEngineError(error)) throw error
      seen.refused++
    }
  }
}
