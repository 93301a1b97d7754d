import { type Predict, sumLimits } from "../predictor.js"

/** Selling `ratio` times the machine, whatever happens on it: the peak is held to be ΣL ÷ ratio. */
export function predictRatio(ratio: number): Predict {
  return ({ containers }) => {
    const peak = sumLimits(containers) / ratio
    return { peak, parts: [{ name: "estimate", amount: peak, containers: containers.length }] }
  }
}
