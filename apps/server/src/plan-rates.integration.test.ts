import { execFileSync, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import type { ContainerInspect } from "./contract/index.js"
import { type IsolationGround, openIsolationGround } from "./testing/isolation/isolation-ground.js"

const MEBIBYTE = 2 ** 20
const diskBytesPerSecond = 8 * MEBIBYTE
const networkBytesPerSecond = 4_000_000

/** A rate that is counted twice would come to half. */
const ENOUGH = 0.7
const ATTEMPTS = 6

let ground: IsolationGround
/** Two containers of one tenant. */
let pair: ContainerInspect[]

beforeAll(async () => {
  ground = await openIsolationGround({
    change: { diskBytesPerSecond, networkBytesPerSecond, memoryMaxBytes: 512 * MEBIBYTE, cpuMaxCores: 2 },
  })
  pair = [await ground.start("mallory", { diskBytes: 64 * MEBIBYTE }), await ground.start("mallory", { diskBytes: 64 * MEBIBYTE })]
}, 120_000)
afterAll(async () => {
  await ground.clear()
  await ground.close()
})

/** Bytes a second that both together move when each runs the script, which moves so many. */
async function together(script: string, bytesEach: number): Promise<number> {
  const began = performance.now()
  const results = await Promise.all(pair.map(({ id }) => ground.sh(id, script)))
  const seconds = (performance.now() - began) / 1000
  for (const { exitCode, stdout } of results) expect(exitCode, stdout).toBe(0)
  return (bytesEach * pair.length) / seconds
}

test("containers write to and read from their disks at the plan's rate: together on cgroup v2, each on v1, whose throttling knows no sums", async () => {
  const { cgroupVersion } = await ground.engine.info()
  const containers = cgroupVersion === "v2" ? 1 : pair.length
  /** Never faster; and, unless others keep the machine's disk from it each time, not much slower either. */
  const expectRate = async (what: string, script: string): Promise<void> => {
    let best = 0
    for (let attempt = 0; attempt < ATTEMPTS && best < ENOUGH; attempt++) {
      const rate = (await together(script, 16 * MEBIBYTE)) / containers
      console.info(`${what}: ${Math.round(rate)} bytes/s of ${diskBytesPerSecond}, cgroup ${cgroupVersion}`)
      expect(rate / diskBytesPerSecond, what).toBeLessThan(1.2)
      best = Math.max(best, rate / diskBytesPerSecond)
    }
    expect(best, what).toBeGreaterThanOrEqual(ENOUGH)
  }
  await expectRate("direct writes", "dd if=/dev/zero of=/w bs=256k count=64 oflag=direct")
  await expectRate("direct reads", "dd if=/w of=/dev/null bs=256k iflag=direct")
  // A disk with a size is a loop device with direct I/O: what its cache writes out is the container's too, whatever cgroup v1 says of other disks.
  await expectRate("writes through the page cache", "dd if=/dev/zero of=/b bs=256k count=64 conv=fsync")
})

test("and send at the plan's network rate together", async () => {
  const space = "plimsoll-test-rates"
  const link = `pr${process.pid}`
  const ip = (...args: string[]) => execFileSync("ip", args)
  ip("netns", "add", space)
  ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space)
  try {
    ip("addr", "add", "198.51.100.5/30", "dev", link)
    ip("link", "set", link, "up")
    ip("-n", space, "addr", "add", "198.51.100.6/30", "dev", "eth0")
    ip("-n", space, "link", "set", "eth0", "up")
    ip("-n", space, "route", "add", "default", "via", "198.51.100.5")
    const swallow = spawn("ip", [
      "netns",
      "exec",
      space,
      "busybox",
      "nc",
      "-ll",
      "-p",
      "9000",
      "-e",
      "sh",
      "-c",
      "exec timeout 10 cat > /dev/null",
    ])
    const sent = () => Number(readFileSync(`/sys/class/net/${link}/statistics/tx_bytes`, "utf8"))
    const senders = pair.map(({ id }) => ground.sh(id, "sleep 0.3; timeout 5 nc 198.51.100.6 9000 < /dev/zero; true"))
    await vi.waitFor(() => expect(sent()).toBeGreaterThan(2 * MEBIBYTE), { timeout: 10_000 })
    const [before, began] = [sent(), performance.now()]
    await pause(2500)
    const rate = ((sent() - before) / (performance.now() - began)) * 1000
    console.info(`sent: ${rate} bytes/s of ${networkBytesPerSecond}`)
    swallow.kill()
    await Promise.all(senders)
    expect(rate / networkBytesPerSecond).toBeGreaterThan(0.8)
    expect(rate / networkBytesPerSecond).toBeLessThan(1.2)
  } finally {
    // Whoever still runs in the namespace keeps it, but not the link.
    ip("link", "delete", link)
    ip("netns", "delete", space)
  }
})
