// npm run test:v2 [-- PATH…]: integration tests of the engine on a real cgroup v2, in a Debian 13 guest under QEMU.
import { installDependencies } from "./lib/dependencies.mjs"
import { installMissingTools } from "./lib/host-setup.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { duration, say } from "./lib/say.mjs"
import { testCache } from "./lib/test-cache.mjs"
import { bootGuest } from "./v2-guest/boot-guest.mjs"
import { buildGuest } from "./v2-guest/build-guest.mjs"

const { values, positionals } = readFlags({
  allowPositionals: true,
  options: {
    /** A program to run in the guest instead of the tests, with its arguments after `--`. */
    run: { type: "boolean", default: false },
    "timeout-minutes": { type: "string", default: "60" },
    "no-host-setup": { type: "boolean", default: false },
  },
})

/** Everything there takes ten to thirty times as long as here; what the suites wait for is half timers, which run at their own pace. */
const TCG_SLOWNESS = 5

// What depends on the kernel's cgroup version: its driver, and whole containers on it. And disks, which ext4 lets grow in use only for all rights of root.
const defaultTests = [
  "packages/runtime/src/kernel",
  "packages/runtime/src/cgroups",
  "packages/runtime/src/snapshots/thin-disk",
  "packages/runtime/src/conformance",
]

try {
  process.exitCode = await testInGuest()
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}

/** Resolves with the exit code of what ran in the guest. */
async function testInGuest() {
  requireNode()
  if (process.getuid() !== 0) throw new Error("Building the guest's image needs root (debootstrap). Run: sudo npm run test:v2")
  const minutes = Number(values["timeout-minutes"])
  if (!(minutes > 0)) throw new Error(`--timeout-minutes must be a number above 0, not “${values["timeout-minutes"]}”.`)
  await installDependencies()
  const missing = await installMissingTools({ change: !values["no-host-setup"], purposes: ["guest"] })
  if (missing.length > 0) throw new Error(`The guest cannot be made or run without ${missing.map((tool) => tool.package).join(", ")}.`)
  say.title("Debian 13 guest with cgroup v2")
  const guest = await buildGuest({
    cacheDirectory: testCache,
    mirror: process.env.PLIMSOLL_DEBIAN_MIRROR,
  })
  const startedAt = Date.now()
  const accelerator = process.env.PLIMSOLL_TEST_ACCEL || "tcg,thread=single"
  const command = values.run ? positionals : vitest(positionals.length > 0 ? positionals : defaultTests)
  const exitCode = await bootGuest({
    ...guest,
    accelerator,
    // By this much the suites wait longer (conformance/patience.ts).
    command: accelerator.startsWith("tcg") ? ["env", `PLIMSOLL_TEST_SLOWNESS=${TCG_SLOWNESS}`, ...command] : command,
    timeoutMs: minutes * 60_000,
  })
  const took = duration(Date.now() - startedAt)
  if (exitCode === 0) say.done(`The guest's tests passed in ${took}`)
  else say.error(`The guest ended with ${exitCode ?? "no exit code"} after ${took}`)
  return exitCode ?? 1
}

function vitest(paths) {
  return [
    "node",
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    "integration",
    "--project",
    "integration-swap",
    "--testTimeout=900000",
    "--hookTimeout=900000",
    "--reporter=verbose",
    ...paths,
  ]
}
