import type { z } from "zod"

export type SettingProblem = { kind: "missing" } | { kind: "atLeast" | "atMost"; bound: number } | { kind: "order" }

/** What is wrong with the values, by path: `theta.memory`. The contract's own schema is what judges them. */
export function settingProblems(schema: z.ZodType, values: unknown): Map<string, SettingProblem> {
  const problems = new Map<string, SettingProblem>()
  for (const issue of schema.safeParse(values).error?.issues ?? []) {
    const path = issue.path.join(".")
    if (!problems.has(path)) problems.set(path, problemOf(issue))
  }
  return problems
}

function problemOf(issue: z.core.$ZodIssue): SettingProblem {
  switch (issue.code) {
    case "too_small":
      return { kind: "atLeast", bound: Number(issue.minimum) }
    case "too_big":
      return { kind: "atMost", bound: Number(issue.maximum) }
    case "custom":
      return { kind: "order" }
    default:
      return { kind: "missing" }
  }
}
