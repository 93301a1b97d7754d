import { type EngineErrorCode, isEngineError } from "@plimsoll/runtime"
import { type TRPC_ERROR_CODE_KEY, TRPCError } from "@trpc/server"
import { ZodError } from "zod"
import type { EngineErrorData, InputIssue } from "../contract/error.js"
import { engineErrorData } from "../services/engine-error-data.js"
import { isDiskFull } from "../services/is-disk-full.js"
import { isDiskReadOnly } from "../services/is-disk-read-only.js"

/** The one mapping of the engine's codes to tRPC's. */
const trpcCodes: Record<EngineErrorCode, TRPC_ERROR_CODE_KEY> = {
  invalid_argument: "BAD_REQUEST",
  invalid_reference: "BAD_REQUEST",
  not_found: "NOT_FOUND",
  image_not_found: "NOT_FOUND",
  conflict: "CONFLICT",
  name_in_use: "CONFLICT",
  port_in_use: "CONFLICT",
  image_in_use: "CONFLICT",
  volume_in_use: "CONFLICT",
  network_in_use: "CONFLICT",
  blob_in_use: "CONFLICT",
  limit_below_usage: "CONFLICT",
  quota_exceeded: "CONFLICT",
  load_line_exceeded: "CONFLICT",
  limit_unsupported: "UNPROCESSABLE_CONTENT",
  unsupported: "NOT_IMPLEMENTED",
  permission_denied: "FORBIDDEN",
  address_exhausted: "CONFLICT",
  archive_invalid: "UNPROCESSABLE_CONTENT",
  archive_unsafe: "UNPROCESSABLE_CONTENT",
  digest_mismatch: "UNPROCESSABLE_CONTENT",
  registry_unavailable: "BAD_GATEWAY",
  registry_refused: "UNPROCESSABLE_CONTENT",
  registry_invalid: "BAD_GATEWAY",
  disk_full: "INTERNAL_SERVER_ERROR",
  disk_read_only: "INTERNAL_SERVER_ERROR",
  disk_corrupt: "INTERNAL_SERVER_ERROR",
  mount_failed: "INTERNAL_SERVER_ERROR",
  cgroup_failed: "INTERNAL_SERVER_ERROR",
  network_failed: "INTERNAL_SERVER_ERROR",
  runtime_failed: "INTERNAL_SERVER_ERROR",
  checkpoint_failed: "INTERNAL_SERVER_ERROR",
  command_not_found: "UNPROCESSABLE_CONTENT",
  tool_missing: "SERVICE_UNAVAILABLE",
  kernel_feature_missing: "SERVICE_UNAVAILABLE",
  engine_unavailable: "SERVICE_UNAVAILABLE",
  state_corrupt: "INTERNAL_SERVER_ERROR",
  deadline_exceeded: "TIMEOUT",
  aborted: "CLIENT_CLOSED_REQUEST",
  internal: "INTERNAL_SERVER_ERROR",
}

export interface DescribedError {
  code: TRPC_ERROR_CODE_KEY
  /** What a person reads. */
  message: string
  engine: EngineErrorData | null
  issues: InputIssue[] | null
}

/**
 * Translates any error once, at the boundary. An engine's error keeps its code, public wording and facts; a refused input
 * becomes `invalid_argument` with its issues; anything unexpected says only under which request id the log has it.
 */
export function describeError(error: unknown, requestId: string): DescribedError {
  const cause = error instanceof TRPCError && error.cause !== undefined ? error.cause : error
  if (isEngineError(cause)) {
    return { code: trpcCodes[cause.code], message: cause.publicMessage, engine: engineErrorData(cause), issues: null }
  }
  if (cause instanceof ZodError) return describeRefusedInput(cause)
  if (error instanceof TRPCError && error.code !== "INTERNAL_SERVER_ERROR") {
    return { code: error.code, message: error.message, engine: null, issues: null }
  }
  if (isDiskFull(cause)) return ofDisk("disk_full", "The disk that holds the console's data is full. Free some space, then try again.")
  if (isDiskReadOnly(cause))
    return ofDisk(
      "disk_read_only",
      "The disk that holds the console's data takes no writes: it is read-only, as the kernel makes it after an error (dmesg says more). Mend it, then try again.",
    )
  const publicMessage = `Something went wrong on the server. Its log has it under request ${requestId}.`
  return {
    code: "INTERNAL_SERVER_ERROR",
    message: publicMessage,
    engine: { code: "internal", publicMessage, facts: { requestId } },
    issues: null,
  }
}

function ofDisk(code: "disk_full" | "disk_read_only", publicMessage: string): DescribedError {
  return { code: trpcCodes[code], message: publicMessage, engine: { code, publicMessage, facts: {} }, issues: null }
}

function describeRefusedInput(error: ZodError): DescribedError {
  const issues = error.issues.map((issue) => ({
    path: issue.path.map((part) => (typeof part === "number" ? part : String(part))),
    message: issue.message,
  }))
  const first = issues[0]
  const field = first === undefined || first.path.length === 0 ? "The request" : first.path.join(".")
  const publicMessage = `${field}: ${first?.message ?? "is malformed"}.`
  return { code: "BAD_REQUEST", message: publicMessage, engine: { code: "invalid_argument", publicMessage, facts: { field } }, issues }
}
