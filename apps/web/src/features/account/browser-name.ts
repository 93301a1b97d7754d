/** `Chrome, Linux` rather than the whole string; the string when it is none of the usual ones. */
export function browserName(userAgent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1]
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|Linux)/.exec(userAgent)?.[1]
  if (browser === undefined) return userAgent.slice(0, 80)
  const name = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser
  return system === undefined ? name : `${name}, ${system === "Mac OS X" ? "macOS" : system}`
}
