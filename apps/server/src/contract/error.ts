import type { EngineErrorCode } from "@plimsoll/runtime"

/** One reason why an input was refused; `path` leads to the field, for example `["limits", "memoryMaxBytes"]`. */
export interface InputIssue {
  path: (string | number)[]
  message: string
}

/**
 * What went wrong, at `error.data.engine` of a tRPC error and as the body of a failed HTTP stream. `publicMessage` is
 * written for people and says what to do; `facts` are for programs and details.
 */
export interface EngineErrorData {
  code: EngineErrorCode
  publicMessage: string
  facts: Record<string, string | number | boolean | null | readonly string[]>
}

/** Body of a failed request to `/api/…` (streams), beside its HTTP status. */
export interface HttpErrorBody {
  error: EngineErrorData
  requestId: string
}
