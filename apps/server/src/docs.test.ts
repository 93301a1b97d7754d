import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { appRouter } from "./routers/app-router.js"

const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/server-api.md"), "utf8")

it("docs/reference/server-api.md lists the procedures that there are, and no others", () => {
  const table = page.split("## tRPC")[1]?.split("\n## ")[0] ?? ""
  const listed = [...table.matchAll(/^\| *\w+ *\| *(`.*) \|$/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name),
  )
  expect(listed.sort()).toEqual(Object.keys(appRouter._def.procedures).sort())
})

it("docs/reference/server-api.md lists the streams that there are, and no others", () => {
  const listed = [...page.matchAll(/^\| *`(GET|PUT|POST) (\/[^?`]+)/gm)].map(([, method, path]) => `${method} ${path}`)
  const sources = ["archive-routes", "export-routes", "image-routes", "log-routes", "health-routes", "tenant-routes", "metrics-routes"].map(
    (name) => readFileSync(join(import.meta.dirname, `http/${name}.ts`), "utf8"),
  )
  const served = sources.flatMap((source) =>
    [...source.matchAll(/app\.(get|put|post)\(\s*"([^"]+)"/g)].map(([, method = "", path]) => `${method.toUpperCase()} ${path}`),
  )
  expect(listed.sort()).toEqual(served.sort())
  expect(served).toHaveLength(12)
})
