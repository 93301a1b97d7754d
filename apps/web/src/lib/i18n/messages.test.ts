import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"

const directory = new URL("../../../messages/", import.meta.url)
const pairs = readdirSync(directory)
  .filter((name) => name.endsWith("en.json"))
  .map((name) => [name, name.replace(/en\.json$/, "ru.json")] as const)

/** Path of every text, with the names of the values it takes. */
function texts(tree: object, path = ""): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(`${path}${key}`, value)
    else for (const [inner, text] of texts(value, `${path}${key}.`)) found.set(inner, text)
  }
  return found
}
const read = (name: string) => texts(JSON.parse(readFileSync(new URL(name, directory), "utf8")))
/** `{name}` and `<tag>` of a text, sorted. Inner texts of plurals begin with a brace too, but never with a letter and `}` or `,`. */
const values = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\s*[,}]|<(\w+)>/g)].map((match) => match[1] ?? match[2]))].sort()

describe.each(pairs)("%s and %s", (en, ru) => {
  const english = read(en)
  const russian = read(ru)
  test("have the same keys", () => expect([...russian.keys()].sort()).toEqual([...english.keys()].sort()))
  test("take the same values in each text", () => {
    const different = [...english]
      .filter(([key, text]) => values(text).join() !== values(russian.get(key) ?? "").join())
      .map(([key]) => key)
    expect(different).toEqual([])
  })
  test("have no empty text", () => expect([...english, ...russian].filter(([, text]) => text.trim() === "")).toEqual([]))
})
