"use client"
import type { EngineErrorData, HttpErrorBody, InputIssue } from "@plimsoll/server/contract"
import { TRPCClientError } from "@trpc/client"
import { useCallback } from "react"
import { toast } from "sonner"
import { useTranslations } from "use-intl"

/** An error in the words of the person who reads it. */
export interface ExplainedError {
  /** The engine's code, or one of the console's own: `server_unreachable`, `signed_out`, `forbidden`, `unexpected`. */
  code: string
  message: string
  /** A command or a sentence that mends it. */
  remedy?: string
  /** Which fields of the input were refused, and why. */
  issues: InputIssue[]
}

/** A request to `/api/…` that was answered with an error. */
export class HttpStreamError extends Error {
  override readonly name = "HttpStreamError"
  readonly status: number
  readonly engine: EngineErrorData | null

  constructor(status: number, body: HttpErrorBody | null) {
    super(body?.error.publicMessage ?? `The server answered with status ${status}.`)
    this.status = status
    this.engine = body?.error ?? null
  }
}

/** What went wrong with something that ended long after it was asked for, a transfer say. */
export class LateError extends Error {
  override readonly name = "LateError"
  readonly engine: EngineErrorData

  constructor(engine: EngineErrorData) {
    super(engine.publicMessage)
    this.engine = engine
  }
}

interface ErrorShape {
  code: string
  engine: EngineErrorData | null
  issues: InputIssue[] | null
}

function isShape(data: unknown): data is ErrorShape {
  return typeof data === "object" && data !== null && "code" in data && typeof data.code === "string" && "engine" in data
}

/** The server's part of an error, when the server answered at all. */
function shapeOf(error: unknown): ErrorShape | null {
  if (error instanceof TRPCClientError) return isShape(error.data) ? error.data : refusalBeforeTrpc(error)
  if (error instanceof HttpStreamError)
    return { code: error.status === 401 ? "UNAUTHORIZED" : String(error.status), engine: error.engine, issues: null }
  if (error instanceof LateError) return { code: error.engine.code, engine: error.engine, issues: null }
  return null
}

/** What the server refuses before it looks at the procedure (a foreign host name, say) has no shape of tRPC's, but words of its own. */
function refusalBeforeTrpc(error: { meta?: Record<string, unknown> | undefined }): ErrorShape | null {
  const body = error.meta?.responseJSON
  if (!isErrorBody(body)) return null
  const { code }: { code: string } = body.error
  // The front door's own, for a server that is away: the console has better words for it.
  return code === "server_unreachable" ? null : { code, engine: body.error, issues: null }
}

/** True for the body of an answer of `/api/…` that failed. */
export function isErrorBody(body: unknown): body is HttpErrorBody {
  return (
    typeof body === "object" &&
    body !== null &&
    "error" in body &&
    typeof body.error === "object" &&
    body.error !== null &&
    "publicMessage" in body.error
  )
}

/** The engine's code, or the console's own when the server did not say one. */
export function errorCode(error: unknown): string {
  const shape = shapeOf(error)
  if (shape?.engine) return shape.engine.code
  if (shape?.code === "UNAUTHORIZED") return "signed_out"
  if (shape?.code === "FORBIDDEN") return "forbidden"
  if (shape) return shape.code.toLowerCase()
  if (error instanceof TRPCClientError || error instanceof TypeError) return "server_unreachable"
  return "unexpected"
}

/** What the engine said about its refusal, for programs: `{ field: "limits.memoryMaxBytes" }`. Empty when it said nothing. */
export function errorFacts(error: unknown): EngineErrorData["facts"] {
  return shapeOf(error)?.engine?.facts ?? {}
}

/** True when nobody is signed in (any more). */
export function isSignedOut(error: unknown): boolean {
  return shapeOf(error)?.code === "UNAUTHORIZED"
}

/** True when the server could not be asked; trying again may help. */
export function isUnreachable(error: unknown): boolean {
  return errorCode(error) === "server_unreachable"
}

type Translate = (key: "server_unreachable" | "server_unreachable_remedy" | "signed_out" | "forbidden" | "unexpected") => string

/** What went wrong and what mends it. The server's wording wins; the console words only what the server could not. */
export function explainError(error: unknown, t: Translate): ExplainedError {
  const shape = shapeOf(error)
  const code = errorCode(error)
  const issues = shape?.issues ?? []
  if (shape?.engine) {
    const remedy = shape.engine.facts.remedy
    return { code, message: shape.engine.publicMessage, issues, ...(typeof remedy === "string" && remedy !== "" ? { remedy } : {}) }
  }
  if (code === "server_unreachable") return { code, message: t("server_unreachable"), remedy: t("server_unreachable_remedy"), issues }
  if (code === "signed_out" || code === "forbidden") return { code, message: t(code), issues }
  return { code, message: error instanceof Error && error.message !== "" ? error.message : t("unexpected"), issues }
}

/** `explainError` in the language of the page. */
export function useExplainError(error: unknown): ExplainedError {
  const t = useTranslations("errors")
  return explainError(error, t)
}

/** A function that shows what failed as a toast: `fail("web-1 was not stopped", error)`. */
export function useErrorToast(): (title: string, error: unknown) => void {
  const t = useTranslations("errors")
  return useCallback(
    (title, error) => {
      if (isSignedOut(error)) return
      const { message, remedy } = explainError(error, t)
      toast.error(title, { description: remedy === undefined ? message : `${message} ${remedy}`, duration: 12_000 })
    },
    [t],
  )
}
