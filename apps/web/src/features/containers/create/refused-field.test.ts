import { TRPCClientError } from "@trpc/client"
import { expect, test } from "vitest"
import { refusedField } from "./refused-field"

/** As the server answers a creation that it refuses. */
const refusal = (code: string, facts: Record<string, unknown> = {}) =>
  TRPCClientError.from({
    error: {
      code: -32600,
      message: "refused",
      data: { code: "BAD_REQUEST", engine: { code, publicMessage: "refused", facts }, issues: null },
    },
  })

test.each([
  ["name_in_use", { name: "web" }, "name"],
  ["image_not_found", { reference: "nope" }, "image"],
  ["port_in_use", { hostPort: 80 }, "ports"],
  ["limit_unsupported", { limit: "cpuWeight" }, "cpuWeight"],
  ["invalid_argument", { field: "limits.memoryMaxBytes" }, "memory"],
  ["invalid_argument", { field: "environment.3" }, "environment"],
  ["invalid_argument", { field: "mounts.target" }, "mounts"],
  ["invalid_argument", { field: "restartPolicy.maximumRetries" }, "retries"],
  ["conflict", { volume: "data" }, "mounts"],
])("%s with %o is the fault of a field", (code, facts, field) => expect(refusedField(refusal(code, facts))).toBe(field))

test.each([
  ["disk_full", {}],
  ["invalid_argument", {}],
  ["invalid_argument", { field: "namesake" }],
  ["limit_unsupported", { limit: "memoryHighBytes" }],
])("%s with %o is no field's fault", (code, facts) => expect(refusedField(refusal(code, facts))).toBeUndefined())

test("a server that cannot be reached is no field's fault", () => expect(refusedField(new TypeError("Failed to fetch"))).toBeUndefined())
