import { expect, it } from "vitest"
import { hasWaitingInput, inputWaits } from "./input-waits.js"

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
const line = (state: string, queues: string): string =>
  `   0: 0201A8C0:0050 00000000:0000 ${state} ${queues} 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0\n`

it("a connection that nobody accepted and bytes that nobody read wait; what is still being sent does not", () => {
  expect(hasWaitingInput(header + line("0A", "00000000:00000001"))).toBe(true)
  expect(hasWaitingInput(header + line("01", "00000000:000001F4"))).toBe(true)
  expect(hasWaitingInput(header + line("0A", "00000000:00000000") + line("01", "00000400:00000000"))).toBe(false)
  expect(hasWaitingInput(header)).toBe(false)
  expect(hasWaitingInput("")).toBe(false)
})

it("all of a namespace's tables are looked at", () => {
  for (const waiting of ["tcp", "tcp6", "udp", "udp6"])
    expect(inputWaits(7, (path) => (path === `/proc/7/net/${waiting}` ? header + line("07", "00000000:00000010") : header))).toBe(true)
  expect(inputWaits(7, () => header)).toBe(false)
})

it("a process that is gone waits for nothing", () => {
  expect(inputWaits(2 ** 22 + 1)).toBe(false)
})
