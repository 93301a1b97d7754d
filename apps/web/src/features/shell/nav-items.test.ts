import { mayDo, type Role } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import type { May } from "@/lib/session"
import { navGroupsFor, navItemsFor, neededAt } from "./nav-items"

const as =
  (role: Role): May =>
  (operation) =>
    mayDo(role, operation)
const pagesOf = (role: Role) => navItemsFor(as(role)).map(({ page }) => page)

test("a tenant's people have no page of the provider's", () => {
  for (const role of ["owner", "member", "viewer"] as const) {
    expect(pagesOf(role)).not.toContain("hosts")
    expect(pagesOf(role)).not.toContain("registries")
    expect(pagesOf(role)).toEqual(expect.arrayContaining(["overview", "containers", "images", "volumes", "networks", "events", "members"]))
  }
})

test("tokens are shown to those who decide about them, and to support", () =>
  expect((["operator", "support", "owner", "member", "viewer"] as const).filter((role) => pagesOf(role).includes("tokens"))).toEqual([
    "operator",
    "support",
    "owner",
  ]))

test("support sees every page that the operator sees", () => expect(pagesOf("support")).toEqual(pagesOf("operator")))

test("until it is known who is signed in there is no page, and no empty group", () => expect(navGroupsFor(() => false)).toEqual([]))

test("no two pages answer to the same key", () => {
  const keys = navItemsFor(() => true).map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
})

test("an address needs what its page shows, also below the page", () => {
  expect(neededAt("/hosts/dock-2")).toBe("host.info")
  expect(neededAt("/containers/web-1/logs")).toBe("containers.list")
  expect(neededAt("/containers/new")).toBe("containers.create")
  expect(neededAt("/account")).toBeNull()
  expect(neededAt("/volumes-of-mine")).toBeNull()
})
