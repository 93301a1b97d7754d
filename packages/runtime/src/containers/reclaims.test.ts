import { expect, it } from "vitest"
import { Reclaims } from "./reclaims.js"

/** A work that goes on until it is let go, or its signal aborts. */
function works() {
  const running: string[] = []
  const letGo = new Map<string, () => void>()
  const work = (name: string) => async (signal: AbortSignal) => {
    running.push(name)
    await new Promise<void>((resolve) => {
      letGo.set(name, resolve)
      if (signal.aborted) resolve()
      else signal.addEventListener("abort", () => resolve(), { once: true })
    })
    running.splice(running.indexOf(name), 1)
    return signal.aborted ? `${name} cut short` : name
  }
  return { running, work, end: (name: string) => letGo.get(name)?.() }
}

const turn = (): Promise<unknown> => new Promise(setImmediate)

it("two go side by side, the others in order behind them", async () => {
  const reclaims = new Reclaims()
  const { running, work, end } = works()
  const all = ["a", "b", "c", "d"].map((name) => reclaims.run(name, work(name)))
  await turn()
  expect(running).toEqual(["a", "b"])
  end("a")
  await turn()
  expect(running).toEqual(["b", "c"])
  for (const name of ["b", "c"]) end(name)
  await turn()
  end("d")
  expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"])
})

it("one that is wanted ends early, and one that waits for its turn does not wait for it", async () => {
  const reclaims = new Reclaims()
  const { work, end } = works()
  const [first, second, waiting] = ["a", "b", "c"].map((name) => reclaims.run(name, work(name)))
  await turn()
  reclaims.interrupt("c")
  expect(await waiting).toBe("c cut short")
  reclaims.interrupt("a")
  expect(await first).toBe("a cut short")
  end("b")
  expect(await second).toBe("b")
  reclaims.interrupt("b")
})

it("the end of the engine waits for none", async () => {
  const reclaims = new Reclaims()
  const { work } = works()
  const all = ["a", "b", "c"].map((name) => reclaims.run(name, work(name)))
  await turn()
  reclaims.interruptAll()
  expect(await Promise.all(all)).toEqual(["a cut short", "b cut short", "c cut short"])
})
