/** Outline and area of a sparkline as SVG path data. A gap lifts the pen; a single value between gaps is a dot's width of line. */
export function sparklinePath({
  values,
  slots = values.length,
  top,
  width,
  height,
}: {
  values: readonly (number | null)[]
  /** How many values fill the whole width; fewer stand at its right end, where now is. */
  slots?: number
  top: number
  width: number
  height: number
}): { line: string; area: string } {
  const inset = 1
  const places = Math.max(slots, values.length)
  const missing = places - values.length
  const step = places > 1 ? (width - 2 * inset) / (places - 1) : 0
  const y = (value: number): number =>
    Number((height - inset - Math.min(1, Math.max(0, top > 0 ? value / top : 0)) * (height - 2 * inset)).toFixed(1))
  let line = ""
  let area = ""
  let run: [number, number][] = []

  function endRun(): void {
    const first = run[0]
    const last = run.at(-1)
    if (first === undefined || last === undefined) return
    const points = run.length === 1 ? `${first[0]} ${first[1]}h.1` : run.map(([x, py]) => `${x} ${py}`).join("L")
    line += `M${points}`
    if (run.length > 1) area += `M${first[0]} ${height}L${points}L${last[0]} ${height}Z`
    run = []
  }

  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) endRun()
    else run.push([Number((inset + (missing + index) * step).toFixed(1)), y(value)])
  })
  endRun()
  return { line, area }
}
