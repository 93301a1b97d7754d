import type { SignInResult } from "@/lib/auth"

/** Where one is on the way in. */
export type SignInStep = "password" | "code" | "recovery"

/** What has to be said about the last try; texts are named like it. `wait`: for so many seconds, if that is known. */
export type SignInRemark =
  | { kind: "required" | "wrong" | "codeRequired" | "wrongCode" | "wrongRecovery" | "startAgain" }
  | { kind: "wait"; seconds: number | null }

export interface SignInState {
  step: SignInStep
  remark: SignInRemark | null
}

const wrong = { password: "wrong", code: "wrongCode", recovery: "wrongRecovery" } as const satisfies Record<
  SignInStep,
  SignInRemark["kind"]
>

/** Where one stands after an answer; `"in"`: inside. */
export function afterResult(step: SignInStep, result: SignInResult): SignInState | "in" {
  switch (result.kind) {
    case "signed-in":
      return "in"
    case "code-asked":
      return { step: "code", remark: null }
    case "refused":
      return { step, remark: { kind: wrong[step] } }
    case "expired":
      return { step: "password", remark: { kind: "startAgain" } }
    case "too-many":
      return { step, remark: { kind: "wait", seconds: result.retryAfterSeconds } }
  }
}

/** A wait as people say it: seconds up to a minute and a half, then minutes, never less than it is. */
export function waitOf(seconds: number): { unit: "seconds" | "minutes"; count: number } {
  return seconds <= 90 ? { unit: "seconds", count: seconds } : { unit: "minutes", count: Math.ceil(seconds / 60) }
}

/** A code as it is sent: people write it in groups. */
export function codeOf(typed: string): string {
  return typed.replaceAll(/\s/g, "")
}
