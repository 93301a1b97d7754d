import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { environmentVariables, readConfiguration } from "./env.js"

describe("readConfiguration", () => {
  it("has a default for everything, in the data directory", () => {
    const configuration = readConfiguration({ PLIMSOLL_DATA_DIR: "/srv/p" })
    expect(configuration.databaseUrl).toBe("file:/srv/p/console.db")
    expect(configuration.runDirectory).toBe("/run/plimsoll")
    expect(configuration.retention).toEqual({ eventDays: 90, eventRows: 1_000_000, minuteDays: 30, quarterDays: 396 })
    expect(configuration.imageGarbageHours).toBe(24)
  })

  it("names each variable that is wrong and never its value, which may be a secret", () => {
    const wrong = () => readConfiguration({ PLIMSOLL_OPERATOR_PASSWORD: "hunter2", PLIMSOLL_DATA_DIR: "relative" })
    expect(wrong).toThrow("PLIMSOLL_OPERATOR_PASSWORD")
    expect(wrong).toThrow("PLIMSOLL_DATA_DIR")
    expect(wrong).toThrow(/^(?!.*hunter2)/)
  })

  it("takes an empty value as absent", () => {
    expect(readConfiguration({ PLIMSOLL_LOG_LEVEL: "", PLIMSOLL_OPERATOR_PASSWORD: "" })).toMatchObject({
      logLevel: "info",
      operatorPassword: undefined,
    })
  })

  it("takes the path of a CRIU, and none that depends on where the server was started", () => {
    expect(readConfiguration({}).criu).toBe(undefined)
    expect(readConfiguration({ PLIMSOLL_CRIU: "/usr/local/sbin/criu" }).criu).toBe("/usr/local/sbin/criu")
    expect(() => readConfiguration({ PLIMSOLL_CRIU: "criu" })).toThrow("PLIMSOLL_CRIU must be an absolute path")
  })

  it("reads a list of origins, and refuses what is not an origin", () => {
    expect(readConfiguration({ PLIMSOLL_PUBLIC_ORIGINS: "https://a.example, http://b.example:8080" }).publicOrigins).toEqual([
      "https://a.example",
      "http://b.example:8080",
    ])
    for (const wrong of ["a.example", "ftp://a.example", "https://a.example/path"])
      expect(() => readConfiguration({ PLIMSOLL_PUBLIC_ORIGINS: wrong })).toThrow("PLIMSOLL_PUBLIC_ORIGINS")
  })

  it("refuses a database that this version cannot open", () => {
    expect(readConfiguration({ DATABASE_URL: "postgresql://u:secret@h/d" }).databaseUrl).toBe("postgresql://u:secret@h/d")
    expect(() => readConfiguration({ DATABASE_URL: "mysql://u:secret@h/d" })).toThrow(
      /^(?!.*secret).*DATABASE_URL must be “file:”.*postgresql:/,
    )
    // It would lie wherever the server was started, which is / under npm start.
    expect(() => readConfiguration({ DATABASE_URL: "file:console.db" })).toThrow("an absolute path")
  })
})

describe("docs/reference/configuration.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/configuration.md"), "utf8")
  const rows = new Map([...page.matchAll(/^\| *`([A-Z_]+)` *\| *(.+?) *\|/gm)].map(([, name = "", value = ""]) => [name, value]))

  it.each(Object.entries(environmentVariables))("lists %s with its default", (name, schema) => {
    expect([...rows.keys()]).toContain(name)
    const parsed = schema.safeParse(undefined)
    if (parsed.success && typeof parsed.data !== "object" && parsed.data !== undefined) expect(rows.get(name)).toBe(`\`${parsed.data}\``)
  })
})
