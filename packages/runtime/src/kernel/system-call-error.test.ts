import { statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { EngineError, errnoOf } from "../errors.js"
import { SystemCallError, toEngineError } from "./system-call-error.js"

describe("system errors", () => {
  it("have the names of Linux, also those that Node does not know", () => {
    expect([2, 16, 61, 122, 95].map((errno) => new SystemCallError("call", errno).code)).toEqual([
      "ENOENT",
      "EBUSY",
      "ENODATA",
      "EDQUOT",
      "ENOTSUP",
    ])
    expect(errnoOf(new SystemCallError("call", 2, "/path"))).toBe("ENOENT")
  })

  it("become engine errors: no space is a full disk, an unknown call a missing feature, the rest what the caller says", () => {
    expect(toEngineError(new SystemCallError("write", 28), "internal", {}, "words").code).toBe("disk_full")
    expect(toEngineError(new SystemCallError("openat2", 38), "internal").code).toBe("kernel_feature_missing")
    // Node's own errors carry no name for an exceeded quota.
    expect(toEngineError(Object.assign(new Error("write"), { code: "Unknown system error -122" }), "internal").code).toBe("disk_full")
    const refused = toEngineError(new SystemCallError("mount", 1), "mount_failed", { target: "/x" }, "It was refused.")
    expect(refused).toMatchObject({ code: "mount_failed", facts: { target: "/x", errno: "EPERM" }, publicMessage: "It was refused." })
  })

  it("Node's own errors and engine errors pass through the same door", () => {
    const own = new EngineError("conflict")
    expect(toEngineError(own, "internal")).toBe(own)
    let thrown: unknown
    try {
      statSync("/nonexistent")
    } catch (error) {
      thrown = error
    }
    expect(toEngineError(thrown, "not_found")).toMatchObject({ code: "not_found", facts: { errno: "ENOENT" }, cause: thrown })
  })
})
