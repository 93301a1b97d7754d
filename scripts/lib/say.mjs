const colours = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)

/** Plain words for the person at the terminal. */
export const say = {
  line: (text = "") => console.log(text),
  title: (text) => console.log(paint(1, text)),
  step: (text) => console.log(`  ${paint(36, "·")} ${text}`),
  done: (text) => console.log(`  ${paint(32, "✓")} ${text}`),
  warn: (text) => console.log(`  ${paint(33, "!")} ${text}`),
  error: (text) => console.error(`  ${paint(31, "✗")} ${text}`),
  dim: (text) => paint(2, text),
  bold: (text) => paint(1, text),
}

/** `1.2 s`, `3 min 5 s`. */
export function duration(milliseconds) {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`
}
