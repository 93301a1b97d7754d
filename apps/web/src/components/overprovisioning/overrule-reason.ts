import { overrule } from "@plimsoll/server/contract"

/** The reason as the server takes it; `null`: it says too little. */
export function overruleReason(text: string): string | null {
  const { data } = overrule.safeParse(text)
  return data ?? null
}
