import { findNappers, type NapRule } from "../../load-line/what-if/find-nappers.js"
import { replayWhatIf, type WhatIfReplay, type WhatIfRequest } from "../../load-line/what-if/replay-what-if.js"

/** All that an answer needs; its large arrays are in memory that threads share. */
export interface WhatIfQuestion {
  request: WhatIfRequest
  highestCores: Float32Array
  nap: NapRule
}

export type WhatIfComputed = Omit<WhatIfReplay, "admitted"> & { admitted: number; wouldNap: number }

/** The replay, and how many of those who were let in could have napped; an extra one as the one whose use it has. */
export function computeWhatIf({ request, highestCores, nap }: WhatIfQuestion): WhatIfComputed {
  const { admitted, ...replay } = replayWhatIf(request)
  const nappers = findNappers(highestCores, request.courses.steps, nap)
  return { ...replay, admitted: admitted.length, wouldNap: admitted.filter((row) => nappers[row] === 1).length }
}
