import type { Predict } from "../predictor.js"
import { predictors } from "../predictors/predictors.js"
import { createClairvoyant } from "./create-clairvoyant.js"
import type { Trace } from "./trace.js"

/** What a replay can be asked for: every predictor, and one that knows the future. */
export const policyNames = [...Object.keys(predictors), "clairvoyant"]

/** The policy of this name for one replay of this trace. Throws for a name that is not in `policyNames`. */
export function policyFor(name: string, trace: Trace): Predict {
  if (name === "clairvoyant") return createClairvoyant(trace)
  const predict: Predict | undefined = Object.hasOwn(predictors, name) ? predictors[name as keyof typeof predictors] : undefined
  if (predict === undefined) throw new Error(`There is no policy “${name}”. There are: ${policyNames.join(", ")}.`)
  return predict
}
