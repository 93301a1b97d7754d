import { expect, test } from "vitest"
import { containerHref } from "./container-href"

const id = "0123456789abcdef".repeat(4)

test("two containers of one name on two hosts have two addresses", () => {
  expect(containerHref({ id, name: "web", host: "local" })).toBe("/containers/web")
  expect(containerHref({ id, name: "web", host: "k3" })).toBe("/containers/0123456789ab")
})
