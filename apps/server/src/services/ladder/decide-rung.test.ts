import { describe, expect, it } from "vitest"
import type { LadderSettings } from "../../contract/overprovisioning.js"
import { atRest, DWELL_MS, decideRung, PRESSURE_PACE_MS, SEARCHED_DIRECTLY_MS, SEARCHED_MS, type Stand } from "./decide-rung.js"
import { defaultLadderSettings } from "./default-settings.js"
import type { HostReading } from "./host-reading.js"

const reading = (share: number, changes: Partial<HostReading> = {}): HostReading => ({
  usedBytes: share * 1000,
  allocatableBytes: 1000,
  pressure: { someAvg60: 0, fullAvg10: 0 },
  cpuSomeAvg10: 0,
  swapFreeBytes: 2 ** 30,
  ...changes,
})

/** A ladder over seconds: each call is one second, or as many as are said. */
function climber(settings: LadderSettings = defaultLadderSettings) {
  let stand: Stand = atRest
  let at = 0
  return (shown: HostReading, seconds = 1) => {
    for (let second = 0; second < seconds; second++) {
      at += 1000
      stand = decideRung(stand, { reading: shown, settings, at })
    }
    return stand.rung
  }
}
const withRungs = (changes: Partial<LadderSettings["rungs"]>) => ({
  ...defaultLadderSettings,
  rungs: { ...defaultLadderSettings.rungs, ...changes },
})
const pressed = (someAvg60: number, fullAvg10: number) => reading(0.3, { pressure: { someAvg60, fullAvg10 } })

describe("the ladder", () => {
  it.each([
    [0.79, null],
    [0.8, "reclaim"],
    [0.85, "stop-selling"],
    [0.88, "tighten"],
    [0.91, "nap"],
    [0.94, "hibernate"],
    [0.97, "stop"],
  ])("at %d of allocatable stands on %s", (share, rung) => expect(climber()(reading(share), 10)).toBe(rung))

  it("takes one rung a second, however sudden the surge, and says why", () => {
    const climb = climber()
    const six = ["reclaim", "stop-selling", "tighten", "nap", "hibernate", "stop"]
    expect(Array.from({ length: 7 }, () => climb(reading(0.99)))).toEqual([...six, "stop"])
    expect(decideRung(atRest, { reading: reading(0.823), settings: defaultLadderSettings, at: 1 }).why).toEqual({
      code: "use",
      share: 0.823,
      threshold: 0.8,
    })
  })

  it("leaves a rung only when use has been below it by the hysteresis for the dwell time, one after the other", () => {
    const climb = climber()
    climb(reading(0.92), 10)
    expect(climb(reading(0.885), 600)).toBe("nap")
    expect(climb(reading(0.5), DWELL_MS / 1000)).toBe("nap")
    expect(climb(reading(0.5), 1)).toBe("tighten")
    expect(climb(reading(0.5), DWELL_MS / 1000)).toBe("tighten")
    expect(climb(reading(0.5), 1)).toBe("stop-selling")
    expect(climb(reading(0.5), 3 * DWELL_MS)).toBe(null)
  })

  it("counts the dwell time anew when use comes back in between", () => {
    const climb = climber()
    climb(reading(0.81), 60)
    climb(reading(0.5), DWELL_MS / 1000 - 1)
    climb(reading(0.79))
    expect(climb(reading(0.5), DWELL_MS / 1000)).toBe("reclaim")
    expect(climb(reading(0.5))).toBe(null)
  })

  it("climbs by pressure at its pace, whatever is used, and not to stopping anybody", () => {
    for (const shown of [pressed(6, 0), pressed(0, 6)]) {
      const climb = climber()
      expect(climb(shown)).toBe("reclaim")
      expect(climb(shown, PRESSURE_PACE_MS / 1000 - 1)).toBe("reclaim")
      expect(climb(shown)).toBe("stop-selling")
      expect(climb(shown, 1000)).toBe("hibernate")
      expect(climb(reading(0.3), DWELL_MS / 1000 + 1)).toBe("nap")
    }
    expect(climber()(pressed(5, 5), 100)).toBe(null)
  })

  it("goes straight to stop when nearly all have waited for 20 s, and not for a shorter time", () => {
    const climb = climber()
    expect(climb(pressed(50, 41), 20)).not.toBe("stop")
    climb(reading(0.3))
    expect(climb(pressed(50, 41), 20)).not.toBe("stop")
    expect(climb(pressed(50, 41), 5)).toBe("stop")
  })

  describe("where the kernel tells for whom it searched", () => {
    const searching = (someAvg60: number, fullAvg10: number) => {
      const searches = { all: 1000, direct: 500 }
      const shown = () => ({ ...pressed(someAvg60, fullAvg10), searches: { ...searches } })
      return { searches, shown }
    }

    it("does not take the wait of containers at limits of their own for the machine's", () => {
      const climb = climber()
      const { shown } = searching(60, 95)
      expect(climb(shown(), 600)).toBe(null)
      expect(climb({ ...shown(), ...reading(0.86), searches: shown().searches }, 1)).toBe("reclaim")
    })

    it("climbs by pressure as long as it searched within the time of the average, and comes down afterwards", () => {
      const climb = climber()
      const { searches, shown } = searching(6, 0)
      climb(shown())
      searches.all++
      expect(climb(shown())).toBe("reclaim")
      expect(climb(shown(), SEARCHED_MS / 1000)).toBe("hibernate")
      expect(climb(shown(), DWELL_MS / 1000 + 1)).toBe("nap")
    })

    it("goes to stop only while somebody waits for the machine's memory", () => {
      const climb = climber()
      const { searches, shown } = searching(60, 95)
      const seconds = (count: number, grown: "all" | "direct") => {
        let rung = null as ReturnType<typeof climb>
        for (let second = 0; second < count; second++) {
          searches.all++
          if (grown === "direct") searches.direct++
          rung = climb(shown())
        }
        return rung
      }
      expect(seconds(100, "all")).toBe("hibernate")
      expect(seconds(20, "direct")).toBe("hibernate")
      expect(seconds(2, "direct")).toBe("stop")
      const at = { ...atRest, rung: "stop", since: 0, severeSince: 5000 } as const
      const later = { reading: shown(), settings: defaultLadderSettings, at: 100_000 }
      const searched = { ...searches, allAt: 99_000, directAt: 100_000 - SEARCHED_DIRECTLY_MS }
      expect(decideRung({ ...at, searched }, later).isNeeded).toBe(true)
      expect(decideRung({ ...at, searched: { ...searched, directAt: searched.directAt - 1 } }, later).isNeeded).toBe(false)
    })
  })

  it("knows a rung that is only kept from one that is needed", () => {
    const at = { ...atRest, rung: "stop", since: 0 } as const
    const needed = (shown: HostReading, stand: Stand = at) =>
      decideRung(stand, { reading: shown, settings: defaultLadderSettings, at: 25_000 })
    expect(needed(reading(0.97))).toMatchObject({ rung: "stop", isNeeded: true })
    expect(needed(reading(0.96))).toMatchObject({ rung: "stop", isNeeded: false })
    expect(needed(pressed(50, 41), { ...at, severeSince: 5000 })).toMatchObject({ rung: "stop", isNeeded: true })
    expect(needed(pressed(50, 39), { ...at, severeSince: 5000 })).toMatchObject({ rung: "stop", isNeeded: false })
  })

  it("goes by use alone where the kernel tells no pressure", () => {
    const climb = climber()
    expect(climb(reading(0.5, { pressure: null }), 100)).toBe(null)
    expect(climb(reading(0.86, { pressure: null }), 100)).toBe("stop-selling")
  })

  it("passes over rungs that are off, and stands on none when it is off as a whole", () => {
    const climb = climber(withRungs({ tighten: { mode: "off", usedShare: 0.88 }, stop: { mode: "off", usedShare: 0.97 } }))
    expect(Array.from({ length: 5 }, () => climb(reading(0.99)))).toEqual(["reclaim", "stop-selling", "nap", "hibernate", "hibernate"])
    expect(climber({ ...defaultLadderSettings, mode: "off" })(reading(0.99), 10)).toBe(null)
  })

  it("comes down to the next open rung when its own is switched off", () => {
    const stand: Stand = { ...atRest, rung: "nap", since: 0 }
    const settings = withRungs({ nap: { mode: "off", usedShare: 0.91 } })
    expect(decideRung(stand, { reading: reading(0.9), settings, at: 1000 }).rung).toBe("tighten")
  })

  it("takes a machine without allocatable memory for full", () => expect(climber()(reading(0.1, { allocatableBytes: 0 }), 6)).toBe("stop"))
})
