import { expect, test } from "vitest"
import { eventHref } from "./event-link"

const audit = (action: string) => eventHref({ kind: "audit", action, id: "0123456789abcdef", name: "web-1", host: "local" })

test("what somebody did leads to what they did it to", () => {
  expect(audit("containers.start")).toBe("/containers/web-1")
  expect(audit("plans.change")).toBe("/plans?plan=0123456789abcdef")
  expect(audit("tenants.suspend")).toBe("/tenants/0123456789abcdef")
})

test("what is gone has no page; a tenant that leaves is still there", () => {
  expect(audit("containers.remove")).toBeNull()
  expect(audit("volumes.remove")).toBeNull()
  expect(audit("tenants.remove")).toBe("/tenants/0123456789abcdef")
})

test("what is about no one thing has none either", () => {
  expect(audit("containers.bulk")).toBeNull()
  expect(audit("sign-in")).toBeNull()
})
