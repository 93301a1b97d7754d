import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { metricGroups } from "./metric-groups.js"

interface Target {
  refId: string
  expr: string
  datasource: { type: string; uid: string }
}
interface Panel {
  id: number
  type: string
  title: string
  gridPos: { h: number; w: number; x: number; y: number }
  targets?: Target[]
  datasource?: { uid: string }
}
interface Dashboard {
  uid: string
  title: string
  schemaVersion: number
  panels: Panel[]
  templating: { list: { name: string; type: string; query: string | { query: string } }[] }
}

const dashboard = JSON.parse(readFileSync(join(import.meta.dirname, "../../../../../docs/grafana/plimsoll.json"), "utf8")) as Dashboard
const targets = dashboard.panels.flatMap(({ targets: own = [] }) => own)
const queries = dashboard.templating.list.flatMap(({ query }) => (typeof query === "string" ? [] : [query.query]))
const families = metricGroups.flatMap((group) =>
  group.families.map((family) => ({ ...family, labels: [...group.labels, ...(family.labels ?? [])] })),
)

describe("docs/grafana/plimsoll.json", () => {
  it("has what Grafana needs: a schema, an id, panels, and a data source that is chosen when it is imported", () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36)
    expect(dashboard.uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
    expect(dashboard.title).not.toBe("")
    expect(dashboard.templating.list.find(({ name }) => name === "datasource")).toMatchObject({ type: "datasource", query: "prometheus" })
    for (const { datasource } of targets) expect(datasource).toEqual({ type: "prometheus", uid: `\${datasource}` })
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(dashboard.panels.filter(({ type }) => type === "row").map(({ title }) => title)).toEqual([
      "Load line",
      "Ladder",
      "Pressure",
      "Tenants",
      "Containers",
    ])
  })

  it("lays no panel over another or beyond the edge", () => {
    const taken = new Set<string>()
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), title).toBe(false)
          taken.add(`${x} ${y}`)
        }
    }
  })

  it("asks for names that there are, with labels that they have", () => {
    let asked = 0
    for (const text of [...targets.map(({ expr }) => expr), ...queries]) {
      for (const [, name = "", , selector = ""] of text.matchAll(/(plimsoll_\w+)(\{([^}]*)\})?/g)) {
        asked++
        const family = families.find((one) => one.name === name)
        expect(family, name).toBeDefined()
        for (const [, label = ""] of selector.matchAll(/(\w+)=/g)) expect(family?.labels, `${name} in ${text}`).toContain(label)
      }
      for (const [, variable = ""] of text.matchAll(/\$(\w+)/g))
        expect(["__rate_interval", ...dashboard.templating.list.map(({ name }) => name)], text).toContain(variable)
    }
    expect(asked).toBeGreaterThan(50)
  })

  it("asks for rates of counters alone, and never for a counter as it is", () => {
    for (const { expr } of targets) {
      for (const [, before = "", name = ""] of expr.matchAll(/(\w*)\(?(plimsoll_\w+)/g))
        expect(/^(rate|increase)$/.test(before), expr).toBe(families.find((one) => one.name === name)?.type === "counter")
    }
  })
})
