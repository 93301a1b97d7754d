import { say } from "../lib/say.mjs"

const times = (number) => `${number.toFixed(2)}×`
const percent = (number) => `${(100 * number).toFixed(2)} %`
const columns = [
  ["sold", "sold", times],
  ["exhausted", "exhaustedShare", percent],
  ["overshoot", "worstOvershoot", percent],
  ["refusals", "refusals", (number) => number.toFixed(0)],
  ["violations", "violationRate", percent],
  ["severity", "severity", percent],
  ["savings", "savings", percent],
]

/** One line a policy: the mean, and in brackets lowest and highest over the seeds. */
export function printTable(rows) {
  const [first] = rows
  say.title(
    `${first.trace}: ${first.resource}, hosts of ${first.vms} machines, θ ${first.theta}, ${first.seeds} seeds: mean (lowest … highest)`,
  )
  const cells = rows.map((row) => [row.policy, ...columns.map(([, name, format]) => cell(row[name], format))])
  const lines = [["policy", ...columns.map(([title]) => title)], ...cells]
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  for (const line of lines)
    say.line(line.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join("  "))
}

function cell({ mean, min, max }, format) {
  return min === max ? format(mean) : `${format(mean)} (${format(min)} … ${format(max)})`
}
