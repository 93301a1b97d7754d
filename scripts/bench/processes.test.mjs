import { spawn } from "node:child_process"
import { once } from "node:events"
import { expect, it } from "vitest"
import { pidsOf } from "./processes.mjs"

it("finds a process by name and argument while hundreds of others come and go", async () => {
  const sought = spawn("sleep", ["987654"])
  // The host of a bench forks all the time; a process that was listed may be gone when it is looked at.
  const noise = spawn("sh", ["-c", "echo; while :; do /bin/true; done"])
  await once(noise.stdout, "data")
  try {
    for (let round = 0; round < 60; round++) expect(pidsOf("sleep", "987654")).toEqual([sought.pid])
  } finally {
    noise.kill("SIGKILL")
    sought.kill("SIGKILL")
  }
})
