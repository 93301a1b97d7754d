import { bounds, type PlanTerms, planTerms } from "@plimsoll/server/contract"

interface NumberTerm {
  key: Exclude<keyof PlanTerms, "ociRuntimes">
  /** `bits`: typed in Mbit/s, kept as bytes a second. */
  kind: "bytes" | "cores" | "count" | "bits"
  min: number
  max: number
  step?: number
  /** Empty: no limit of its own. */
  optional?: true
}
export type NumberTermName = NumberTerm["key"]

const most = Number.MAX_SAFE_INTEGER
const counted = { kind: "count", min: 0, max: bounds.planCount } as const

/** The terms of a plan as the form groups them, with the range of each. */
export const planGroups = [
  {
    group: "memory",
    terms: [
      { key: "memoryGuaranteedBytes", kind: "bytes", min: 0, max: most },
      { key: "memoryMaxBytes", kind: "bytes", min: 4 * 2 ** 20, max: most },
    ],
  },
  {
    group: "cpu",
    terms: [
      { key: "cpuGuaranteedCores", kind: "cores", min: 0, max: 4096, step: 0.1 },
      { key: "cpuMaxCores", kind: "cores", min: 0.01, max: 4096, step: 0.1 },
      { key: "cpuWeight", kind: "count", min: 1, max: 10_000, step: 10 },
    ],
  },
  {
    group: "disk",
    terms: [
      { key: "diskBytes", kind: "bytes", min: 0, max: most },
      { key: "diskBytesPerSecond", kind: "bytes", min: 1, max: most, optional: true },
      { key: "diskOperationsPerSecond", kind: "count", min: 1, max: most, step: 100, optional: true },
    ],
  },
  {
    group: "network",
    terms: [
      { key: "networkBytesPerSecond", kind: "bits", min: 1, max: most, step: 10, optional: true },
      { key: "networks", ...counted },
      { key: "publicPorts", ...counted },
    ],
  },
  {
    group: "counts",
    terms: [
      { key: "containers", ...counted },
      { key: "pidsMax", kind: "count", min: 1, max: 4_194_304, step: 64 },
      { key: "volumes", ...counted },
      { key: "tokens", ...counted },
    ],
  },
] as const satisfies readonly { group: string; terms: readonly NumberTerm[] }[]

export const numberTerms: readonly NumberTerm[] = planGroups.flatMap((group): readonly NumberTerm[] => group.terms)

/** What the form holds. `null`: an empty field. */
export interface PlanForm {
  name: string
  numbers: Record<NumberTermName, number | null>
  /** Names between commas or blanks, as typed. */
  ociRuntimes: string
}

const smallPlan: PlanTerms = {
  memoryGuaranteedBytes: 256 * 2 ** 20,
  memoryMaxBytes: 512 * 2 ** 20,
  cpuGuaranteedCores: 0.1,
  cpuMaxCores: 1,
  cpuWeight: 100,
  diskBytes: 10 * 2 ** 30,
  pidsMax: 512,
  containers: 5,
  volumes: 5,
  networks: 2,
  publicPorts: 5,
  tokens: 3,
  ociRuntimes: [],
}

/** The form of a plan; of a small one to begin with. */
export function planForm(name = "", terms: PlanTerms = smallPlan): PlanForm {
  const numbers = Object.fromEntries(numberTerms.map(({ key }) => [key, terms[key] ?? null])) as PlanForm["numbers"]
  return { name, numbers, ociRuntimes: terms.ociRuntimes.join(", ") }
}

/** The terms that the form says, whether or not they make sense together. */
function typedTerms({ numbers, ociRuntimes }: PlanForm): Record<string, unknown> {
  const typed = Object.entries(numbers).filter(([, value]) => value !== null)
  return { ...Object.fromEntries(typed), ociRuntimes: ociRuntimes.split(/[\s,]+/).filter((name) => name !== "") }
}

export type PlanField = keyof PlanTerms | "name"
export type PlanProblem = "missing" | "range" | "aboveMaximum" | "runtimes"

/** What is wrong with the form, by field. The contract's own schema is what judges it. */
export function planProblems(form: PlanForm): Map<PlanField, PlanProblem> {
  const problems = new Map<PlanField, PlanProblem>()
  if (form.name.trim() === "" || form.name.trim().length > bounds.titleLength) problems.set("name", "missing")
  for (const { path, code } of planTerms.safeParse(typedTerms(form)).error?.issues ?? []) {
    const field = path[0] as keyof PlanTerms
    if (problems.has(field)) continue
    problems.set(
      field,
      field === "ociRuntimes" ? "runtimes" : code === "custom" ? "aboveMaximum" : code === "invalid_type" ? "missing" : "range",
    )
  }
  return problems
}

/** The form's terms; `undefined` while something is wrong with them. */
export function termsOf(form: PlanForm): PlanTerms | undefined {
  return planTerms.safeParse(typedTerms(form)).data
}

/** The terms that differ, in the order of the form. */
export function changedTerms(before: PlanTerms, after: PlanTerms): (keyof PlanTerms)[] {
  const keys: (keyof PlanTerms)[] = [...numberTerms.map(({ key }) => key), "ociRuntimes"]
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}
