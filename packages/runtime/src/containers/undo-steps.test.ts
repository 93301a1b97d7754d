import { describe, expect, it } from "vitest"
import { isEngineError } from "../errors.js"
import { together, withUndo } from "./undo-steps.js"

const silent = { warn: () => undefined, error: () => undefined }

describe("withUndo", () => {
  it("undoes what was done, newest first, and throws the first error", async () => {
    const undone: string[] = []
    const step = (name: string, fails = false) => ({
      name,
      deadlineMs: 1000,
      run: () => (fails ? Promise.reject(new Error(name)) : Promise.resolve(name)),
      undo: async () => {
        undone.push(name)
      },
    })
    const operation = withUndo(silent, async (runner) => {
      await runner.step(step("one"))
      await together([runner.step(step("two")), runner.step(step("three", true))])
      await runner.step(step("never"))
    })
    await expect(operation).rejects.toThrow("three")
    expect(undone).toEqual(["three", "two", "one"])
  })

  it("goes on undoing when one undo fails, and reports it", async () => {
    const reported: unknown[] = []
    const undone: string[] = []
    const operation = withUndo({ ...silent, error: (_, facts) => reported.push(facts?.step) }, async (runner) => {
      await runner.step({ name: "first", deadlineMs: 1000, run: () => Promise.resolve(), undo: async () => void undone.push("first") })
      await runner.step({ name: "second", deadlineMs: 1000, run: () => Promise.resolve(), undo: () => Promise.reject(new Error("stuck")) })
      throw new Error("cause")
    })
    await expect(operation).rejects.toThrow("cause")
    expect(reported).toEqual(["second"])
    expect(undone).toEqual(["first"])
  })

  it("waits for all parallel steps before it undoes, so that none is still at work", async () => {
    let finished = false
    let finishedBeforeUndo = false
    const slow = {
      name: "slow",
      deadlineMs: 1000,
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        finished = true
      },
      undo: async () => {
        finishedBeforeUndo = finished
      },
    }
    const operation = withUndo(silent, async (runner) => {
      await together([runner.step(slow), runner.step({ name: "fails", deadlineMs: 1000, run: () => Promise.reject(new Error("no")) })])
    })
    await expect(operation).rejects.toThrow("no")
    expect(finishedBeforeUndo).toBe(true)
  })

  it("names the step that took too long", async () => {
    const operation = withUndo(silent, (runner) => runner.step({ name: "hang", deadlineMs: 5, run: () => new Promise(() => undefined) }))
    await expect(operation).rejects.toSatisfy((error) => isEngineError(error, "deadline_exceeded") && error.facts.step === "hang")
  })
})
