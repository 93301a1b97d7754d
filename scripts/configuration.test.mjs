import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { repository } from "./lib/repository.mjs"

const read = (path) => readFileSync(join(repository, path), "utf8")
const page = read("docs/reference/configuration.md")

/** Names in the first column of the tables below one heading of the page. */
function documented(heading) {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading))
  return [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name).sort()
}

const schemaKeys = (path) => [...new Set([...read(path).matchAll(/^ {2}([A-Z][A-Z_]+): z/gm)].map(([, name]) => name))].sort()

describe("docs/reference/configuration.md", () => {
  it("names every variable of the server, and no other", () => {
    expect(documented("Server")).toEqual(schemaKeys("apps/server/src/env.ts"))
  })

  it("names every variable of the web, and no other", () => {
    expect(documented("Where it listens")).toEqual(schemaKeys("apps/web/src/server/env.ts"))
  })

  it("names every variable of the scripts", () => {
    const sources = readdirSync(join(repository, "scripts"), { recursive: true }).filter((path) =>
      /^(?!node_modules).*(?<!test)\.mjs$/.test(path),
    )
    const used = sources.flatMap((path) => [...read(join("scripts", path)).matchAll(/\benv\.([A-Z][A-Z_]+)/g)].map(([, name]) => name))
    expect(used).toContain("PLIMSOLL_CHROMIUM")
    for (const name of used.filter((one) => one !== "PATH")) expect(page).toContain(`\`${name}\``)
  })

  it("gives the defaults that the code has", () => {
    for (const path of ["apps/server/src/env.ts", "apps/web/src/server/env.ts"]) {
      for (const [, name, schema] of read(path).matchAll(/^ {2}([A-Z][A-Z_]+): (z[\s\S]*?),$/gm)) {
        const [, value] = /\.default\("?([^")]+)"?\)/.exec(schema) ?? []
        if (value) expect(page, name).toMatch(new RegExp(`\`${name}\` \\| \`${value.replaceAll("_", "")}\``))
      }
    }
  })
})
