import type { Predict } from "../predictor.js"
import { predictDesign, predictPeak7 } from "./predict-design.js"
import { predictPlimsoll } from "./predict-plimsoll.js"
import { predictRatio } from "./predict-ratio.js"
import { predictHighest, predictPercentiles, predictSigma } from "./predict-recent.js"

/** Every predictor by its name: ours first, then what it is measured against. */
export const predictors = {
  plimsoll: predictPlimsoll,
  design: predictDesign,
  "peak-7d": predictPeak7,
  "fixed-2": predictRatio(2),
  "fixed-3": predictRatio(3),
  /** Borg's former default: nine tenths of the limits. */
  "borg-default": predictRatio(1 / 0.9),
  rc99: predictPercentiles(99),
  "n-sigma-5": predictSigma(5),
  "max-n5-rc99": predictHighest([predictSigma(5), predictPercentiles(99)]),
} as const satisfies Record<string, Predict>
