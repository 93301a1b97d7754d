import { EngineError } from "@plimsoll/runtime"
import type { ZxcvbnFactory } from "@zxcvbn-ts/core"

/** Of 0 to 4: at least 10^8 guesses, so that one who gets hold of the hashes has work for years (zxcvbn, USENIX Security 2016). */
const LEAST_SCORE = 3
/** More of it makes it no weaker, and looking at all of it takes seconds. */
const LOOKED_AT_CHARACTERS = 100

const REASONS: Record<string, string> = {
  straightRow: "It is a row of keys.",
  keyPattern: "It is a pattern of keys.",
  simpleRepeat: "It repeats a character.",
  extendedRepeat: "It repeats itself.",
  sequences: "It is a sequence such as abc or 6543.",
  recentYears: "It is a year.",
  dates: "It is a date.",
  topTen: "It is one of the ten most used passwords.",
  topHundred: "It is one of the hundred most used passwords.",
  common: "It is on the lists that guessing programs begin with.",
  similarToCommon: "It is close to one on the lists that guessing programs begin with.",
  wordByItself: "It is one word.",
  userInputs: "It is made of the names of the account, the tenant or this console.",
}
const REMEDY = "Take three or four words that have nothing to do with each other, or let a password manager make one."

let estimator: Promise<ZxcvbnFactory> | undefined

/** Why the password is too easy to guess, in words for people; `undefined`: it is not. `names`: what a guesser would try first. */
export async function weaknessOf(password: string, names: readonly string[]): Promise<string | undefined> {
  estimator ??= makeEstimator()
  const { score, feedback } = (await estimator).check(password.slice(0, LOOKED_AT_CHARACTERS), ["plimsoll", ...names])
  if (score >= LEAST_SCORE) return undefined
  return REASONS[feedback.warning ?? ""] ?? "It is too short for how it is made."
}

/** Its lists take a moment and some megabytes: only once a password is chosen. */
async function makeEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ])
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
}

/** Rejects with `invalid_argument` and the reason when the password is too easy to guess. `field`: where it was entered. */
export async function refuseWeakPassword(password: string, { names, field }: { names: readonly string[]; field: string }): Promise<void> {
  const reason = await weaknessOf(password, names)
  if (reason === undefined) return
  throw new EngineError("invalid_argument", {
    publicMessage: `This password is too easy to guess. ${reason} ${REMEDY}`,
    facts: { field },
  })
}
