import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { attempts } from "./attempts.js"

const here = fileURLToPath(new URL(".", import.meta.url))
const page = readFileSync(new URL("../../../../../docs/reference/isolation.md", import.meta.url), "utf8")

describe("the attempts from inside a container", () => {
  it("have each exactly one test", () => {
    const tested = readdirSync(here)
      .filter((name) => name.endsWith(".integration.test.ts"))
      .flatMap((name) => [...readFileSync(`${here}${name}`, "utf8").matchAll(/^ {2}attempt\("([^"]+)"/gm)].map((match) => match[1]))
    expect(tested.sort()).toEqual(Object.keys(attempts).sort())
  })

  it("are the rows of the table in the documentation, word for word", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.*) \| (.*) \|$/gm)].map(([, id, what, result]) => ({ id, what, result }))
    expect(rows).toEqual(Object.entries(attempts).map(([id, { what, result }]) => ({ id, what, result })))
  })
})
