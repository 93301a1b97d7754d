import { expect, it } from "vitest"
import { Turns } from "./turns.js"

const forever = () => new AbortController().signal

it("lets so many at once work for a key, the others in order of arrival, and other keys beside them", async () => {
  const turns = new Turns(2)
  const ends = [await turns.take("a", forever()), await turns.take("a", forever())]
  const begun: string[] = []
  const waiting = ["third", "fourth"].map((name) =>
    turns.take("a", forever()).then((end) => {
      begun.push(name)
      return end
    }),
  )
  await turns.take("b", forever())
  expect(begun).toEqual([])
  ends[0]?.()
  const endThird = await waiting[0]
  expect(begun).toEqual(["third"])
  endThird?.()
  await waiting[1]
  expect(begun).toEqual(["third", "fourth"])
})

it("one that gives up while it waits takes no turn, and one that gave up before waits for none", async () => {
  const turns = new Turns(1)
  const end = await turns.take("a", forever())
  const controller = new AbortController()
  const leaving = turns.take("a", controller.signal)
  const next = turns.take("a", forever())
  controller.abort()
  await expect(leaving).rejects.toMatchObject({ code: "aborted" })
  await expect(turns.take("b", controller.signal)).rejects.toMatchObject({ code: "aborted" })
  end()
  const endNext = await next
  endNext()
  await turns.take("a", forever())
})
