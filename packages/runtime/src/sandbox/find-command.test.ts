import { expect, it } from "vitest"
import { readProcessStat } from "../kernel/process-stat.js"
import { requireCommand } from "./find-command.js"

const lookup = { command: "sh", environment: ["PATH=/bin"], workingDirectory: "/" }
const ourselves = { pid: process.pid, startTicks: readProcessStat(process.pid)?.startTicks ?? 0 }

it("finds what the process sees, and names what is not there", () => {
  requireCommand({ ...lookup, process: ourselves })
  expect(() => requireCommand({ ...lookup, command: "no-such-command", process: ourselves })).toThrow(
    expect.objectContaining({ code: "command_not_found", facts: expect.objectContaining({ exitCode: 127 }) }),
  )
})

it.each([
  ["is gone", { pid: 2 ** 30, startTicks: 1 }],
  ["had the pid before the one that has it now", { ...ourselves, startTicks: ourselves.startTicks - 1 }],
])("never looks into another root when the process %s", (_, process) => {
  expect(() => requireCommand({ ...lookup, process })).toThrow(
    expect.objectContaining({ code: "runtime_failed", publicMessage: expect.stringContaining("ended before it was started") }),
  )
})
