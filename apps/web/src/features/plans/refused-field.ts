import { errorCode, errorFacts } from "@/lib/errors"
import { numberTerms, type PlanField } from "./plan-form"

/** The field that the server refused the plan for; undefined when it is no field's fault, or nobody can tell. */
export function refusedField(error: unknown): PlanField | undefined {
  switch (errorCode(error)) {
    case "name_in_use":
      return "name"
    case "invalid_argument": {
      const path = String(errorFacts(error).field).split(".")
      return path.includes("ociRuntimes")
        ? "ociRuntimes"
        : path[0] === "name"
          ? "name"
          : numberTerms.find(({ key }) => path.includes(key))?.key
    }
    default:
      return undefined
  }
}
