import { expect, test } from "vitest"
import { isWithin, literalReach, reachOf } from "./address-reach.js"

test.each([
  ["8.8.8.8", "public"],
  ["2606:4700::1111", "public"],
  ["::ffff:8.8.8.8", "public"],
  ["64:ff9b::808:808", "public"],
  ["10.1.2.3", "private"],
  ["172.31.255.255", "private"],
  ["192.168.0.1", "private"],
  ["100.64.0.1", "private"],
  ["fd12:3456::1", "private"],
  ["::ffff:10.0.0.1", "private"],
  ["64:ff9b::a00:1", "private"],
  ["127.0.0.1", "loopback"],
  ["127.255.0.9", "loopback"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["0:0:0:0:0:ffff:7f00:0001", "loopback"],
  ["169.254.169.254", "forbidden"],
  ["::ffff:169.254.169.254", "forbidden"],
  ["64:ff9b::a9fe:a9fe", "forbidden"],
  ["fe80::1", "forbidden"],
  ["fe80::1%eth0", "forbidden"],
  ["fd00:ec2::254", "forbidden"],
  ["100.100.100.200", "forbidden"],
  ["168.63.129.16", "forbidden"],
  ["0.0.0.0", "forbidden"],
  ["::", "forbidden"],
  ["::127.0.0.1", "loopback"],
  ["224.0.0.1", "forbidden"],
  ["255.255.255.255", "forbidden"],
  ["ff02::1", "forbidden"],
  ["2002:7f00:1::", "forbidden"],
  ["not an address", "forbidden"],
])("%s is %s", (address, reach) => {
  expect(reachOf(address)).toBe(reach)
})

test("a host is taken by its word where it is an address or a name for loopback", () => {
  expect(["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "[::1]"].map(literalReach)).toEqual(Array(5).fill("loopback"))
  expect(literalReach("[fe80::1]")).toBe("forbidden")
  expect(literalReach("10.0.0.1")).toBe("private")
  expect(literalReach("registry.example.com")).toBeUndefined()
})

// URLs spell such hosts out, so that no spelling of loopback gets past the comparison.
test.each(["http://0x7f000001", "http://2130706433", "http://127.1", "http://0177.0.0.1"])("%s is loopback", (text) => {
  expect(literalReach(new URL(text).hostname)).toBe("loopback")
})

test("a ceiling lets through what is farther away", () => {
  expect(isWithin("public", "private")).toBe(true)
  expect(isWithin("loopback", "private")).toBe(false)
  expect(isWithin("forbidden", "loopback")).toBe(false)
})
