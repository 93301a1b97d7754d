import { EngineError, errnoOf } from "../errors.js"
import { registryUnavailable, TransientFailure } from "./registry-errors.js"

/** What undici, TLS and the resolver say, as a `TransientFailure` where another try may help, else as `registry_unavailable`. Others pass unchanged. */
export function translateNetworkError(error: unknown, host: string): unknown {
  if (error instanceof EngineError || error instanceof TransientFailure) return error
  if (error instanceof AggregateError && error.errors.length > 0) return translateNetworkError(error.errors[0], host)
  const code = errnoOf(error) ?? ""
  const passing = passingWords[code]
  if (passing !== undefined) return new TransientFailure(passing, undefined, error)
  if (code === "ENOTFOUND") return registryUnavailable(host, "has no address: no name server knows it", { code }, error)
  if (certificateCode.test(code)) return registryUnavailable(host, `has a certificate that is not trusted here (${code})`, { code }, error)
  if (code === "EPROTO" || code.startsWith("ERR_SSL_"))
    return registryUnavailable(host, "does not speak TLS. If it has none, mark it as one of plain HTTP", { code }, error)
  if (code.startsWith("UND_ERR_") || code.startsWith("HPE_"))
    return registryUnavailable(host, `does not speak HTTP as it should (${code})`, { code }, error)
  return error
}

const certificateCode = /CERT|ERR_TLS_|UNABLE_TO_/

const passingWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses connections",
  ECONNRESET: "broke off the connection",
  EPIPE: "broke off the connection",
  ETIMEDOUT: "does not answer",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached",
  EAI_AGAIN: "cannot be looked up at the moment",
  UND_ERR_CONNECT_TIMEOUT: "does not answer",
  UND_ERR_HEADERS_TIMEOUT: "does not answer",
  UND_ERR_BODY_TIMEOUT: "stopped sending",
  UND_ERR_SOCKET: "broke off the connection",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "broke off the connection",
}
