import { describe, expect, it } from "vitest"
import type { SignedIn } from "../session/sessions.js"
import type { KnownContainer } from "./audit.js"
import { auditObject, namedContainers } from "./audit-object.js"
import { findContainers } from "./find-containers.js"

const member = { role: "member", tenant: "acme", username: "ann" } as SignedIn
const operator = { role: "operator", tenant: null, username: "operator" } as SignedIn
const web: KnownContainer = { id: "f".repeat(64), name: "web", tenant: "acme", host: "local" }

function about(operation: string, input: unknown, more: { output?: unknown; session?: SignedIn; containers?: KnownContainer[] } = {}) {
  const { id, name, tenant } = auditObject({ operation, input, session: operator, person: "ann", containers: [], ...more })
  return [id, name, tenant]
}

describe("the object of an audit", () => {
  it.each([
    ["tenants.change", { tenant: "acme", title: "Acme", plan: "p1" }, ["acme", "acme", "acme"]],
    ["plans.change", { plan: "p1", name: "Small" }, ["p1", "Small", "operator"]],
    ["hosts.change", { host: "h1", name: "far" }, ["h1", "far", "operator"]],
    ["registries.remove", { registry: "docker.io" }, ["docker.io", "docker.io", "operator"]],
    ["images.tag", { host: "local", reference: "a:1", newReference: "b:1" }, ["a:1", "a:1", "operator"]],
    ["networks.connect", { host: "local", name: "inner", container: "web" }, ["inner", "inner", "operator"]],
    ["volumes.create", { host: "local", name: "data", tenant: "acme" }, ["data", "data", "acme"]],
    ["members.remove", { userId: "u1" }, ["u1", "u1", "operator"]],
    ["session.lookAs", { tenant: "acme" }, ["acme", "acme", "acme"]],
    ["http.images.load", { host: "local" }, ["local", "local", "operator"]],
    ["images.collect", {}, ["images", "images", "operator"]],
    ["sign-in", {}, ["ann", "ann", "operator"]],
    ["containers.start", { id: ["no", "text"] }, ["containers", "containers", "operator"]],
    ["containers.start", undefined, ["containers", "containers", "operator"]],
  ] as const)("%s of %j", (operation, input, expected) => {
    expect(about(operation, input)).toEqual([...expected])
  })

  it("that was made has the id it was given", () => {
    expect(about("containers.create", { name: "web", image: "a", tenant: "acme" }, { output: { id: "c1", name: "web" } })).toEqual([
      "c1",
      "web",
      "acme",
    ])
    expect(about("containers.create", { image: "a" }, { output: { id: "c1", name: "quick_fox" } })).toEqual(["c1", "quick_fox", "operator"])
    expect(about("containers.pullAndCreate", { host: "local", spec: { image: "a", name: "web", tenant: "acme" } })).toEqual([
      "web",
      "web",
      "acme",
    ])
    const token = { token: "plimsoll_secret", entry: { id: "t1", name: "ci" } }
    expect(about("tokens.create", { name: "ci", scope: "read" }, { output: token, session: member })).toEqual(["t1", "ci", "acme"])
  })

  it("is the container itself, by whatever it was called", () => {
    expect(about("containers.stop", { id: "web" }, { containers: [web] })).toEqual([web.id, "web", "acme"])
    expect(about("http.containers.archive.read", { id: "ffff", path: "/" }, { containers: [web] })).toEqual([web.id, "web", "acme"])
    expect(about("containers.rename", { id: "web", name: "new" }, { containers: [web] })).toEqual([web.id, "web", "acme"])
  })

  it("is never put into another tenant's stream by a tenant's member", () => {
    expect(about("tokens.create", { tenant: "other", name: "x" }, { session: member })).toEqual(["x", "x", "acme"])
  })

  it("of a bulk is the tenant's whose containers they all are", () => {
    const other = { ...web, id: "a".repeat(64), tenant: "other" }
    expect(about("containers.bulk", { action: "stop", ids: ["web", "x"] }, { containers: [web, { ...web, id: "x" }] })).toEqual([
      "containers",
      "containers",
      "acme",
    ])
    expect(about("containers.bulk", { action: "stop", ids: ["web", "x"] }, { containers: [web, other] })[2]).toBe("operator")
  })
})

it("names of containers are taken from what containers are named by", () => {
  expect(namedContainers("containers.stop", { id: "web" })).toEqual(["web"])
  expect(namedContainers("containers.bulk", { ids: ["a", 7, "b"] })).toEqual(["a", "b"])
  expect(namedContainers("networks.connect", { name: "n", container: "web" })).toEqual(["web"])
  expect(namedContainers("tokens.revoke", { id: "t1" })).toEqual([])
  expect(namedContainers("containers.stop", null)).toEqual([])
})

describe("names of containers", () => {
  const at = (id: string, name: string, tenant: string, host = "local"): KnownContainer => ({ id: id.padEnd(64, "0"), name, tenant, host })
  const all = [
    at("aaaa1", "web", "acme"),
    at("aaaa2", "db", "acme"),
    at("bbbb1", "web", "other"),
    at("cccc1", "cache", "x", "far"),
    at("cccc2", "cache", "x"),
  ]
  const found = (names: string[], tenant: string | null) => findContainers(all, names, tenant).map(({ id }) => id.slice(0, 5))

  it("are each tenant's own; to the provider's staff one that several have says nothing", () => {
    expect(found(["web"], "acme")).toEqual(["aaaa1"])
    expect(found(["web"], "other")).toEqual(["bbbb1"])
    expect(found(["web"], null)).toEqual([])
    expect(found(["bbbb1".padEnd(64, "0")], "acme")).toEqual([])
  })

  it("and ids and unique prefixes stand for one each; this machine goes before others", () => {
    expect(found(["bbbb1".padEnd(64, "0"), "aaaa1", "aaaa", "db", "db", "nothing"], null)).toEqual(["bbbb1", "aaaa1", "aaaa2"])
    expect(found(["cache"], null)).toEqual(["cccc2"])
  })
})
