import { describe, expect, it } from "vitest"
import { outsideConnections } from "./outside-connections.js"

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
const row = (local: string, remote: string, state: string): string =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 1`
const table = (...rows: string[]): string => [head, ...rows, ""].join("\n")

describe("connections with somebody outside", () => {
  it("are those whose other end is another machine's, or another container's", () => {
    expect(outsideConnections([table(row("0302CB0A:0050", "0102CB0A:C350", "01"))])).toEqual(["10.203.2.1:50000"])
  })

  it("are there while one side has not closed", () => {
    expect(outsideConnections([table(row("0302CB0A:0050", "0102CB0A:C350", "08"))])).toHaveLength(1)
  })

  it("are not listeners, what is over, and what its own processes have with each other", () => {
    const own = table(
      row("00000000:0050", "00000000:0000", "0A"),
      row("0302CB0A:0050", "0102CB0A:C350", "06"),
      row("0100007F:0CEA", "0100007F:C001", "01"),
      row("0302CB0A:0CEA", "0302CB0A:C001", "01"),
    )
    expect(outsideConnections([own, head])).toEqual([])
  })

  it("are found among those of IPv6, too", () => {
    const mapped = "0000000000000000FFFF00000102CB0A"
    const loopback = "0000000000000000FFFF00000100007F"
    const six = "00000000000000000000000001000000"
    expect(
      outsideConnections([
        table(
          row("0000000000000000FFFF00000302CB0A:0050", `${mapped}:C350`, "01"),
          row(`${loopback}:0050`, `${loopback}:C350`, "01"),
          row(`${six}:1`, `${six}:2`, "01"),
        ),
      ]),
    ).toEqual(["10.203.2.1:50000"])
  })
})
