import { describe, expect, it } from "vitest"
import { z } from "zod"
import * as contract from "../../contract/index.js"
import { auditAttributes } from "./audit-attributes.js"

describe("what the audit keeps of an input", () => {
  it("is flat text", () => {
    expect(
      auditAttributes({ id: "web", limits: { memoryMaxBytes: 1024 }, force: true, ports: [{ containerPort: 80 }], command: ["sh", "-c"] }),
    ).toEqual({ id: "web", "limits.memoryMaxBytes": "1024", force: "true", "ports.0.containerPort": "80", command: "sh -c" })
    expect(auditAttributes(undefined)).toEqual({})
    expect(auditAttributes("text")).toEqual({ input: "text" })
    expect(auditAttributes(null)).toEqual({})
  })

  it("has no secret, whatever its shape and wherever it stands", () => {
    const secret = "hunter2"
    const written = auditAttributes({
      currentPassword: secret,
      newPassword: [secret],
      token: { inner: secret },
      code: 123456,
      api_key: secret,
      endpoint: { kind: "tcp", tls: { ca: secret, cert: secret, key: secret }, privateKey: secret, passphrase: secret },
      credentials: { username: "u", password: secret },
      seccomp: { profileJson: secret },
      environment: [`PASSWORD=${secret}`, `MODE=${secret}=x`, secret],
      spec: { environment: { A: secret } },
    })
    expect(JSON.stringify(written)).not.toMatch(/hunter2|123456/)
    expect(written).toEqual({ "endpoint.kind": "tcp", "credentials.username": "u", environment: "PASSWORD MODE", "spec.environment": "A" })
  })

  it("keeps what only looks like one: how many tokens a plan has", () => {
    expect(auditAttributes({ terms: { tokens: 5 }, keepalive: "x", exitCodes: 1 })).toEqual({ "terms.tokens": "5", keepalive: "x" })
  })

  it("is bounded, and says so", () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`n${index}${"x".repeat(500)}`, "y".repeat(10_000)]))
    const written = auditAttributes(many)
    expect(Object.keys(written)).toHaveLength(41)
    expect(written.omitted).toBe("960")
    expect(JSON.stringify(written).length).toBeLessThan(30_000)
    let deep: unknown = "end"
    for (let level = 0; level < 10_000; level++) deep = { deep }
    expect(auditAttributes(deep)).toEqual({})
    expect(auditAttributes({ ids: Array.from({ length: 1000 }, () => "a".repeat(64)) }).ids).toHaveLength(16_000)
  })

  it("says nothing in the audit's own name", () => {
    expect(auditAttributes({ via: "local-script", errorCode: "x", done: 3, id: "a" })).toEqual({ id: "a" })
  })
})

/** Independent of what the audit takes for one. */
const LOOKS_SECRET = /pass|secret|token|key|cert|^ca$|code|credential|profile/i
const VALUE = "S3CRET"

describe("an input of the contract", () => {
  const schemas = Object.entries<unknown>(contract).flatMap(([name, value]) => (value instanceof z.ZodType ? [[name, value] as const] : []))

  it("with secrets is seen as one", () => {
    const withSecrets = schemas.flatMap(([name, schema]) => (JSON.stringify(samples(schema, name)).includes(VALUE) ? [name] : []))
    expect(schemas.length).toBeGreaterThan(60)
    expect(withSecrets.sort()).toEqual(
      [
        ...["acceptInvitationInput", "acceptResetInput", "changePasswordInput", "password"],
        ...["addHostInput", "changeHostInput", "dockerEndpoint", "testHostInput"],
        ...["addRegistryInput", "changeRegistryInput", "testRegistryInput"],
        ...["containerSpec", "createContainerInput", "pullAndCreateInput"],
      ].sort(),
    )
  })

  it.each(schemas.filter(([name]) => name !== "password"))("%s: nothing that looks secret is written", (_, schema) => {
    for (const sample of samples(schema, "")) expect(JSON.stringify(auditAttributes(sample))).not.toContain(VALUE)
  })

  it("keeps its other fields", () => {
    const written = samples(contract.addHostInput, "").map((sample) => auditAttributes(sample))
    expect(written.map((attributes) => Object.keys(attributes).sort().join(" "))).toEqual([
      "endpoint.kind endpoint.path name",
      "endpoint.host endpoint.kind endpoint.port name",
      "endpoint.agent endpoint.host endpoint.kind endpoint.port endpoint.username name",
    ])
  })
})

/** Inputs of the schema's shape in which every text of a field that looks secret, and of an environment, is the value; each form that a field can have is in one. */
function samples(schema: z.ZodType, name: string): unknown[] {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape as Record<string, z.ZodType>).map(([key, field]) => ({ key, values: samples(field, key) }))
    const count = Math.max(1, ...fields.map(({ values }) => values.length))
    return Array.from({ length: count }, (_, index) =>
      Object.fromEntries(fields.map(({ key, values }) => [key, values[index % values.length]])),
    )
  }
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap((option) => samples(option, name))
  if (schema instanceof z.ZodArray) return [samples(schema.element as z.ZodType, name === "environment" ? "environment." : name)]
  if (schema instanceof z.ZodRecord)
    return [Object.fromEntries(samples(schema.valueType as z.ZodType, name).map((value) => ["name", value]))]
  if (schema instanceof z.ZodPipe) return samples(schema.in as z.ZodType, name)
  if (schema instanceof z.ZodLiteral) return [schema.value]
  if ("unwrap" in schema && typeof schema.unwrap === "function") return samples(schema.unwrap() as z.ZodType, name)
  if (name === "environment.") return [`NAME=${VALUE}`]
  return [LOOKS_SECRET.test(name) && schema instanceof z.ZodString ? VALUE : `some ${name}`]
}
