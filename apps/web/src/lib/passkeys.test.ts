import { expect, test } from "vitest"
import { isAddress } from "./passkeys"

test.each(["127.0.0.1", "192.168.1.20", "[::1]"])("%s has no name, so no passkey can belong to it", (host) =>
  expect(isAddress(host)).toBe(true),
)

test.each(["localhost", "console.example", "10.example", "1.2.3.4.example"])("%s has a name", (host) => expect(isAddress(host)).toBe(false))
