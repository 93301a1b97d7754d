import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { EngineError } from "../errors.js"
import type { Controller, ControlWrite, LimitChange } from "./controller.js"
import type { Hierarchy } from "./hierarchy.js"

/** hugetlb in v1 and v2, which differ in the name of the file alone (Documentation/admin-guide/cgroup-v1/hugetlb.rst; cgroup-v2.rst, HugeTLB). */
export function hugetlbController(hierarchy: Hierarchy): Controller {
  const suffix = hierarchy.version === 1 ? "limit_in_bytes" : "max"
  return {
    name: "hugetlb",
    hierarchy,
    enforceability: () => ({ hugetlbMaxBytes: { enforceable: true } }),
    plan: (group, change) => plan(group, change, suffix),
  }
}

function plan(group: string, { hugetlbMaxBytes }: LimitChange, suffix: string): ControlWrite[] {
  if (hugetlbMaxBytes === undefined) return []
  const wanted = hugetlbMaxBytes ?? {}
  for (const size of Object.keys(wanted)) {
    if (!/^\d+[KMG]B$/.test(size) || !existsSync(join(group, `hugetlb.${size}.${suffix}`)))
      throw unknownSize(size, pageSizes(group, suffix))
  }
  const lifted = suffix === "max" ? "max" : "-1"
  return pageSizes(group, suffix).map((size) => ({
    limit: "hugetlbMaxBytes",
    path: join(group, `hugetlb.${size}.${suffix}`),
    value: size in wanted ? String(wanted[size]) : lifted,
  }))
}

/** Sizes of huge pages this kernel has, as the files spell them (`2MB`). */
export function pageSizes(group: string, suffix: string): string[] {
  return readdirSync(group).flatMap((name) =>
    /^hugetlb\.(\d+[KMG]B)\.(limit_in_bytes|max)$/.exec(name)?.[2] === suffix ? [name.split(".")[1] ?? ""] : [],
  )
}

function unknownSize(size: string, known: string[]): EngineError {
  return new EngineError("limit_unsupported", {
    facts: { limit: "hugetlbMaxBytes", size: size.slice(0, 40), known },
    publicMessage: `This host has no huge pages of ${JSON.stringify(size.slice(0, 40))}; it has ${known.join(", ") || "none"}.`,
  })
}
