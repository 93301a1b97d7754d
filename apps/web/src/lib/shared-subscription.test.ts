import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { SharedSubscription } from "./shared-subscription"

function setUp() {
  const opened: { onData: (message: number) => void; onError: (error: unknown) => void; closed: boolean }[] = []
  const shared = new SharedSubscription<number, number[]>({
    open(handlers) {
      const entry = { ...handlers, closed: false }
      opened.push(entry)
      return {
        unsubscribe: () => {
          entry.closed = true
        },
      }
    },
    reduce: (data = [], message) => [...data, message],
    retryMs: (attempt) => 100 * (attempt + 1),
    lingerMs: 1000,
  })
  return { shared, opened }
}

describe("SharedSubscription", () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test("many readers share one subscription, and all are told", () => {
    const { shared, opened } = setUp()
    const told = [vi.fn(), vi.fn()]
    for (const listener of told) shared.subscribe(listener)
    opened[0]?.onData(7)
    expect(opened).toHaveLength(1)
    expect(told.map((listener) => listener.mock.calls.length)).toEqual([1, 1])
    expect(shared.getState().data).toEqual([7])
  })

  test("it stays open over a change of page, and is closed and forgotten after that", () => {
    const { shared, opened } = setUp()
    shared.subscribe(() => undefined)()
    vi.advanceTimersByTime(999)
    shared.subscribe(() => undefined)()
    expect(opened).toHaveLength(1)
    vi.advanceTimersByTime(1000)
    expect(opened[0]?.closed).toBe(true)
    expect(shared.getState().data).toBeUndefined()
  })

  test("an error keeps what was known and is tried again, later each time", () => {
    const { shared, opened } = setUp()
    shared.subscribe(() => undefined)
    opened[0]?.onData(1)
    opened[0]?.onError("away")
    expect(shared.getState()).toEqual({ data: [1], error: "away" })
    vi.advanceTimersByTime(100)
    expect(opened).toHaveLength(2)
    opened[1]?.onError("away")
    vi.advanceTimersByTime(199)
    expect(opened).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(opened).toHaveLength(3)
  })

  test("nothing is tried again for nobody", () => {
    const { shared, opened } = setUp()
    const leave = shared.subscribe(() => undefined)
    leave()
    opened[0]?.onError("away")
    vi.advanceTimersByTime(60_000)
    expect(opened).toHaveLength(1)
  })
})
