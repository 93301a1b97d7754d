import { describe, expect, it } from "vitest"
import { KeyedQueue } from "./keyed-queue.js"

describe("KeyedQueue", () => {
  it("runs operations of one key in order of arrival and never two at once", async () => {
    const queue = new KeyedQueue()
    const order: number[] = []
    let inside = 0
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        queue.run("a", async () => {
          expect(++inside).toBe(1)
          await new Promise<void>((resolve) => setImmediate(resolve))
          order.push(index)
          inside--
        }),
      ),
    )
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(queue.busy).toBe(0)
  })

  it("lets different keys overlap", async () => {
    const queue = new KeyedQueue()
    let release = (): void => undefined
    const blocked = queue.run("a", () => new Promise<void>((resolve) => (release = resolve)))
    await expect(queue.run("b", async () => "free")).resolves.toBe("free")
    release()
    await blocked
  })

  it("goes on after an operation failed, and fails only its caller", async () => {
    const queue = new KeyedQueue()
    const failed = queue.run("a", () => Promise.reject(new Error("first")))
    const next = queue.run("a", async () => "second")
    await expect(failed).rejects.toThrow("first")
    await expect(next).resolves.toBe("second")
    await queue.idle()
    expect(queue.busy).toBe(0)
  })
})
