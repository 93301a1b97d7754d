/**
 * Splits a command line as a POSIX shell would, without expansion: quotes and backslashes group, nothing is executed.
 * Returns an error sentence key instead of throwing, since it runs on every key stroke.
 */
export function splitCommandLine(text: string): { arguments: string[] } | { problem: "unclosed_quote" | "trailing_backslash" } {
  const result: string[] = []
  let current: string | undefined
  let quote: "'" | '"' | undefined
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (quote === undefined && /\s/.test(character)) {
      if (current !== undefined) result.push(current)
      current = undefined
      continue
    }
    current ??= ""
    if (character === "\\" && quote !== "'") {
      const next = text.charAt(++index)
      if (next === "") return { problem: "trailing_backslash" }
      // Inside double quotes a backslash escapes only these (POSIX.1-2017, XCU 2.2.3).
      current += quote === '"' && !'$`"\\\n'.includes(next) ? `\\${next}` : next
    } else if (character === quote) quote = undefined
    else if (quote === undefined && (character === "'" || character === '"')) quote = character
    else current += character
  }
  if (quote !== undefined) return { problem: "unclosed_quote" }
  if (current !== undefined) result.push(current)
  return { arguments: result }
}

/** The inverse: an argument as a shell reads it back, quoted only where it must be. */
export function quoteArgument(argument: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}
