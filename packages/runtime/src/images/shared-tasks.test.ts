import { describe, expect, test } from "vitest"
import { SharedTasks } from "./shared-tasks.js"

/** A task that ends when the test says so, and tidies up when it is aborted. */
function controlled() {
  let finish: ((value: string) => void) | undefined
  let fail: ((error: Error) => void) | undefined
  let tell: ((progress: number) => void) | undefined
  const state = { begun: 0, aborted: false, tidied: false }
  const begin = (signal: AbortSignal, report: (progress: number) => void): Promise<string> => {
    state.begun++
    tell = report
    return new Promise<string>((resolve, reject) => {
      finish = resolve
      fail = reject
      signal.addEventListener("abort", () => {
        state.aborted = true
        setImmediate(() => {
          state.tidied = true
          reject(new Error("aborted by its signal"))
        })
      })
    })
  }
  return {
    state,
    begin,
    finish: (value: string) => finish?.(value),
    fail: (error: Error) => fail?.(error),
    tell: (progress: number) => tell?.(progress),
  }
}

const quiet = { onProgress: () => undefined }

describe("tasks by key", () => {
  test("who comes while one runs gets its result and its progress, the last one at once", async () => {
    const tasks = new SharedTasks<string, number>()
    const task = controlled()
    const seen: [string, number][] = []
    const first = tasks.run("a", { onProgress: (progress) => seen.push(["first", progress]) }, task.begin)
    task.tell(1)
    const second = tasks.run("a", { onProgress: (progress) => seen.push(["second", progress]) }, task.begin)
    task.tell(2)
    task.finish("done")
    expect(await Promise.all([first, second])).toEqual(["done", "done"])
    expect(task.state.begun).toBe(1)
    expect(seen).toEqual([
      ["first", 1],
      ["second", 1],
      ["first", 2],
      ["second", 2],
    ])
  })

  test("once it is done the next one begins anew; other keys run beside it", async () => {
    const tasks = new SharedTasks<string, number>()
    for (let round = 0; round < 2; round++) expect(await tasks.run("a", quiet, async () => `${round}`)).toBe(`${round}`)
    const slow = controlled()
    const waiting = tasks.run("a", quiet, slow.begin)
    expect(await tasks.run("b", quiet, async () => "b")).toBe("b")
    slow.finish("a")
    expect(await waiting).toBe("a")
  })

  test("one of two that gives up learns of it at once, and the task goes on", async () => {
    const tasks = new SharedTasks<string, number>()
    const task = controlled()
    const controller = new AbortController()
    const first = tasks.run("a", { ...quiet, signal: controller.signal }, task.begin)
    const second = tasks.run("a", quiet, task.begin)
    controller.abort()
    await expect(first).rejects.toMatchObject({ code: "aborted" })
    expect(task.state.aborted).toBe(false)
    task.finish("done")
    expect(await second).toBe("done")
  })

  test("when the last one gives up it is aborted, and he learns of it when it has tidied up", async () => {
    const tasks = new SharedTasks<string, number>()
    const task = controlled()
    const controller = new AbortController()
    const running = tasks.run("a", { ...quiet, signal: controller.signal }, task.begin)
    controller.abort()
    await expect(running).rejects.toThrow("aborted by its signal")
    expect(task.state.tidied).toBe(true)
  })

  test("one that fails for who began it is begun anew for who only waited", async () => {
    const tasks = new SharedTasks<string, number>()
    const task = controlled()
    const first = tasks.run("a", quiet, task.begin)
    const second = tasks.run("a", quiet, async () => "mine")
    task.fail(new Error("his credentials"))
    await expect(first).rejects.toThrow("his credentials")
    expect(await second).toBe("mine")
  })
})
