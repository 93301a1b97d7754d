/** The version number in a tool's `--version` output (`1.8.1`), or undefined. */
export function parseToolVersion(output: string): string | undefined {
  return /\bv?(\d+\.\d+(?:\.\d+)*)/.exec(output)?.[1]
}

/** Negative when `left` is older than `right`. Missing parts count as 0. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.split(".").map(Number))
  for (let index = 0; index < Math.max(a?.length ?? 0, b?.length ?? 0); index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
