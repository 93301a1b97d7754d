import type { AuditResult } from "../contract/events.js"

const REQUEST_TIMEOUT = 408
const CLIENT_CLOSED_REQUEST = 499

/** What the audit calls an answer with this HTTP status: refused is what the caller's request was not good for, failed what could not be done. */
export function auditResultOf(status: number): AuditResult {
  if (status < 400) return "done"
  return status < 500 && status !== REQUEST_TIMEOUT && status !== CLIENT_CLOSED_REQUEST ? "refused" : "failed"
}
