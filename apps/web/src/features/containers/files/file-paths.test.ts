import { expect, test } from "vitest"
import { archiveAddress, breadcrumbs, joinPath, modeText } from "./file-paths"

test("each step of a path can be gone back to", () => {
  expect(breadcrumbs("/")).toEqual([{ name: "/", path: "/" }])
  expect(breadcrumbs("/var/log").map(({ path }) => path)).toEqual(["/", "/var", "/var/log"])
})

test("names are joined and sent without loss", () => {
  expect(joinPath("/", "etc")).toBe("/etc")
  expect(joinPath("/a", "b c&d")).toBe("/a/b c&d")
  expect(archiveAddress("web", "/a b&c#d")).toBe("/api/containers/web/archive?path=%2Fa%20b%26c%23d")
})

test.each([
  [0o755, "rwxr-xr-x"],
  [0o4755, "rwsr-xr-x"],
  [0o1777, "rwxrwxrwt"],
  [0o2640, "rw-r-S---"],
  [0, "---------"],
])("mode %o reads %s", (mode, text) => {
  expect(modeText(mode)).toBe(text)
})
