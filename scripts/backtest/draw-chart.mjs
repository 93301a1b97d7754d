const WIDTH = 760
const LEFT = 130
const ROW = 34
const TOP = 56

/** An SVG with a bar for each policy: what it sold, with lowest and highest over the seeds, and the share of time in exhaustion in words. */
export function drawChart(rows) {
  const [first] = rows
  const most = Math.max(...rows.map(({ sold }) => sold.max))
  const x = (sold) => LEFT + (sold / most) * (WIDTH - LEFT - 190)
  const bars = rows.map((row, index) => bar(row, TOP + index * ROW, x)).join("\n")
  const title = `Sold ÷ capacity: ${first.trace}, ${first.resource}, hosts of ${first.vms} machines, θ ${first.theta}, ${first.seeds} seeds`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${TOP + rows.length * ROW + 12}" role="img" font-family="system-ui, sans-serif" font-size="13">
<title>${escapeText(title)}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="12" y="26" font-size="15" font-weight="600" fill="#1c1c1c">${escapeText(title)}</text>
${bars}
</svg>
`
}

function bar({ policy, sold, exhaustedShare }, y, x) {
  const dry = exhaustedShare.max === 0
  const exhausted = dry ? "never exhausted" : `exhausted ${(100 * exhaustedShare.mean).toFixed(2)} % of time`
  return `<text x="12" y="${y + 16}" fill="#1c1c1c">${escapeText(policy)}</text>
<rect x="${LEFT}" y="${y}" width="${(x(sold.mean) - LEFT).toFixed(1)}" height="22" fill="${dry ? "#0072b2" : "#d55e00"}"/>
<path d="M${x(sold.min).toFixed(1)} ${y + 11}H${x(sold.max).toFixed(1)}M${x(sold.min).toFixed(1)} ${y + 6}v10M${x(sold.max).toFixed(1)} ${y + 6}v10" stroke="#1c1c1c" fill="none"/>
<text x="${(x(sold.max) + 8).toFixed(1)}" y="${y + 16}" fill="#1c1c1c">${sold.mean.toFixed(2)}×, ${exhausted}</text>`
}

function escapeText(text) {
  return text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign])
}
