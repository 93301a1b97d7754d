import type { LadderSettings } from "../../contract/overprovisioning.js"

/** Why each is what it is: `docs/reference/ladder.md`. */
export const defaultLadderSettings: LadderSettings = {
  mode: "act",
  rungs: {
    reclaim: { mode: "act", usedShare: 0.8 },
    "stop-selling": { mode: "act", usedShare: 0.85 },
    tighten: { mode: "act", usedShare: 0.88 },
    nap: { mode: "act", usedShare: 0.91 },
    hibernate: { mode: "act", usedShare: 0.94 },
    stop: { mode: "act", usedShare: 0.97 },
  },
  hysteresis: 0.03,
  pressureSomeAvg60: 5,
  pressureFullAvg10: 5,
  nap: { always: false, idleCores: 0.01, idleMs: 15 * 60_000 },
  hibernate: { idleMs: 60 * 60_000 },
  exemptTenants: [],
}
