import { expect, test } from "vitest"
import { parsePort } from "./parse-port"

test.each([
  ["80", { containerPort: 80, protocol: "tcp" }],
  ["8080:80", { containerPort: 80, protocol: "tcp", hostPort: 8080 }],
  [":53/udp", { containerPort: 53, protocol: "udp" }],
  ["127.0.0.1:8080:80/TCP", { containerPort: 80, protocol: "tcp", hostPort: 8080, hostAddress: "127.0.0.1" }],
])("%s is a publication", (text, expected) => {
  expect(parsePort(text)).toEqual(expected)
})

test.each(["", "0", "65536", "70000:80", "a", "80/sctp", "300.0.0.1:1:1", "1:2:3", "80 81"])("%j is refused", (text) => {
  expect(parsePort(text)).toBeUndefined()
})
