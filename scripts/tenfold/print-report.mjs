import { say } from "../lib/say.mjs"

const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(2)} GiB`
const ms = (value) => (value === null ? "–" : `${value.toFixed(1)} ms`)
const times = (value) => (value === null ? "–" : `${value.toFixed(2)}×`)

/** The figures as a table, then each bound with whether it holds. */
export function printReport(figures, verdicts) {
  const rows = [
    ["memory of the machine (M)", gib(figures.memoryBytes)],
    ["sold", `${gib(figures.soldBytes)}, ${times(figures.soldTimes)} M, to ${figures.containers} containers`],
    ["touched and never given up", `${gib(figures.touchedBytes)}, ${times(figures.touchedTimes)} M`],
    ["in use at most", `${gib(figures.peakBytes)}`],
    ["napping, share of containers and time", `${(100 * figures.nappingShare).toFixed(0)} %`],
    ["naps, wakes by a visitor", `${figures.naps}, ${figures.wakesByPacket}`],
    ["given back by naps", gib(figures.gaveBackBytes)],
    ["requests, failed", `${figures.requests}, ${figures.failedRequests}${figures.failures.map((why) => ` (${why})`).join("")}`],
    ["OOM kills", `${figures.oomKills}`],
    ["without overcommit: answer p50, p99", `${ms(figures.baselineP50Ms)}, ${ms(figures.baselineP99Ms)} of ${figures.baselineRequests}`],
    ["sold out, awake: answer p50, p99", `${ms(figures.awakeP50Ms)}, ${ms(figures.awakeP99Ms)} of ${figures.awakeRequests}`],
    ["their p99 against it", times(figures.awakeRatio)],
    ["sold out, napping: answer p50, p99", `${ms(figures.wakeP50Ms)}, ${ms(figures.wakeP99Ms)} of ${figures.wakeRequests}`],
    ["of it, from packet to running p50, p99", `${ms(figures.thawP50Ms)}, ${ms(figures.thawP99Ms)}`],
  ]
  say.title("\nSold tenfold")
  for (const [name, value] of rows) say.line(`  ${name.padEnd(40)} ${value}`)
  say.line()
  for (const { name, value, atLeast, atMost, holds } of verdicts) {
    const text = `${name} ${value === null ? "was not measured" : Number(value.toFixed(2))}, ${atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`}`
    if (holds) say.done(text)
    else say.error(text)
  }
}
