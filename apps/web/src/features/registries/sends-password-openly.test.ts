import { expect, test } from "vitest"
import { sendsPasswordOpenly } from "./sends-password-openly"

const openly = (registry: string, change = {}) => sendsPasswordOpenly({ registry, plainHttp: true, withPassword: true, ...change })

test.each(["registry.example:5000", "192.168.1.5", "localhost.example.com", "127.example.com", "[2001:db8::1]:5000"])(
  "a password to %s over plain HTTP can be read on the way",
  (registry) => expect(openly(registry)).toBe(true),
)

test.each(["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000"])("to %s it never leaves this machine", (registry) =>
  expect(openly(registry)).toBe(false),
)

test("without a password, or with TLS, there is nothing to read", () => {
  expect(openly("registry.example", { withPassword: false })).toBe(false)
  expect(openly("registry.example", { plainHttp: false })).toBe(false)
})
