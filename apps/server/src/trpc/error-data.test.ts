import { EngineError, engineErrorCodes } from "@plimsoll/runtime"
import { TRPCError } from "@trpc/server"
import { describe, expect, it } from "vitest"
import { containerSpec } from "../contract/container-spec.js"
import { describeError } from "./error-data.js"

describe("describeError", () => {
  it("keeps code, wording and facts of an engine's error, and has a tRPC code for each", () => {
    for (const code of Object.keys(engineErrorCodes) as (keyof typeof engineErrorCodes)[]) {
      const described = describeError(
        new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: new EngineError(code, { facts: { id: "x", gone: undefined } }) }),
        "r",
      )
      expect(described.engine).toEqual({ code, publicMessage: engineErrorCodes[code], facts: { id: "x" } })
      expect(described.code).toBeTypeOf("string")
    }
  })

  it("never shows what an unexpected error says", () => {
    const described = describeError(new Error("password is hunter2 at /var/lib"), "request-7")
    expect(JSON.stringify(described)).not.toMatch(/hunter2|var/)
    expect(described.message).toContain("request-7")
  })

  it.each([
    [Object.assign(new Error("x"), { code: "ENOSPC" }), "disk_full", "is full"],
    [new Error("prisma", { cause: Object.assign(new Error("x"), { code: "EROFS" }) }), "disk_read_only", "takes no writes"],
    [new Error("attempt to write a readonly database"), "disk_read_only", "takes no writes"],
  ])("says of a disk what is wrong with it: %s", (error, code, said) => {
    const described = describeError(new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: error }), "r")
    expect(described.engine?.code).toBe(code)
    expect(described.message).toContain(said)
  })

  it("turns a refused input into issues with paths", () => {
    const { error } = containerSpec.safeParse({ image: "", limits: { pidsMax: 0 } })
    const described = describeError(new TRPCError({ code: "BAD_REQUEST", cause: error }), "r")
    expect(described.engine?.code).toBe("invalid_argument")
    expect(described.issues?.map(({ path }) => path)).toEqual(expect.arrayContaining([["image"], ["limits", "pidsMax"]]))
  })
})
