import { afterEach, expect, test } from "vitest"
import { currentOperations, dismissOperation, runOperation } from "./operations"

afterEach(() => {
  for (const { id } of currentOperations()) dismissOperation(id)
})

const only = () => currentOperations()[0] ?? expect.fail("no operation")

test("it shows its progress, then its result and where to see it", async () => {
  let finish: (outcome: { result: string; href: string }) => void = () => expect.fail("not begun")
  const run = runOperation("shop.tar", ({ onProgress }) => {
    onProgress(0.5)
    return new Promise((resolve) => {
      finish = resolve
    })
  })
  expect(only()).toMatchObject({ title: "shop.tar", state: "running", progress: 0.5 })
  finish({ result: "Loaded shop:1", href: "/images/x" })
  await run
  expect(only()).toMatchObject({ state: "done", result: "Loaded shop:1", href: "/images/x" })
})

test("a failure stays until it is dismissed, and rejects nobody", async () => {
  const error = new Error("cut off")
  await runOperation("cut.tar", () => Promise.reject(error))
  expect(only()).toMatchObject({ state: "failed", error })
  dismissOperation(only().id)
  expect(currentOperations()).toEqual([])
})

test("cancelling aborts the work and is told apart from a failure", async () => {
  const run = runOperation(
    "big.tar",
    ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  )
  only().cancel()
  await run
  expect(only().state).toBe("cancelled")
})

test("what is dismissed while it runs is cancelled too", async () => {
  const signals: AbortSignal[] = []
  const run = runOperation("big.tar", ({ signal }) => {
    signals.push(signal)
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  })
  dismissOperation(only().id)
  await run
  expect(signals.map((signal) => signal.aborted)).toEqual([true])
  expect(currentOperations()).toEqual([])
})
