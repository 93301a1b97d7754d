/**
 * Every error the engine raises on purpose carries a code from this registry, the facts needed to act on it, its cause,
 * and a separate wording for people. The registry is the only place that knows which codes exist.
 */
export const engineErrorCodes = {
  invalid_argument: "The request itself is malformed.",
  invalid_reference: "An image reference does not parse.",
  not_found: "The named object does not exist.",
  image_not_found: "The image is not in the local store.",
  conflict: "The object's state does not allow this now.",
  name_in_use: "Another object has this name.",
  port_in_use: "The host port is taken.",
  image_in_use: "A container still uses the image.",
  volume_in_use: "A container still uses the volume.",
  network_in_use: "A container is still attached to the network.",
  blob_in_use: "A snapshot or an unpack holds the blob.",
  limit_below_usage: "The new limit is below what is used now.",
  quota_exceeded: "The tenant's plan has no room for this.",
  load_line_exceeded: "This machine has no room for this below its load line.",
  limit_unsupported: "This host's kernel cannot enforce the limit.",
  unsupported: "This engine cannot do this.",
  permission_denied: "The caller may not do this.",
  address_exhausted: "The subnet has no free address.",
  archive_invalid: "The archive is truncated or malformed.",
  archive_unsafe: "The archive names a path outside of its root, or exceeds a bound.",
  digest_mismatch: "Content does not match the digest it is named by.",
  registry_unavailable: "The registry cannot be reached or does not answer as it should.",
  registry_refused: "The registry asks for other credentials, or does not allow this.",
  registry_invalid: "The registry's answer is malformed, exceeds a bound, or points to a forbidden address.",
  disk_full: "The file system has no space or no inodes left.",
  disk_read_only: "The file system takes no writes: it is read-only, as the kernel makes one after an error.",
  disk_corrupt: "The file system of a disk file is damaged.",
  mount_failed: "A mount system call failed.",
  cgroup_failed: "A cgroup could not be made or written.",
  network_failed: "A network link, address or rule could not be made.",
  runtime_failed: "The OCI runtime or conmon failed.",
  checkpoint_failed: "CRIU could not write the processes to disk, or bring them back.",
  command_not_found: "The command does not exist in the container or is not executable.",
  tool_missing: "A host tool is not installed.",
  kernel_feature_missing: "The kernel lacks a feature.",
  engine_unavailable: "The engine cannot work on this host as it is.",
  state_corrupt: "A state document on disk cannot be read.",
  deadline_exceeded: "A step did not finish in its time.",
  aborted: "The caller gave up.",
  internal: "A bug.",
} as const

export type EngineErrorCode = keyof typeof engineErrorCodes

export type ErrorFacts = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>

export interface EngineErrorOptions {
  /** What a log reader needs: operation, source, target, errno, tool output. Never a secret. */
  facts?: ErrorFacts
  cause?: unknown
  /** What a person reads: what is wrong and what to do. Defaults to the registry's sentence. */
  publicMessage?: string
}

/** The one error class of the engine. `message` is for logs (code and facts), `publicMessage` for people. */
export class EngineError extends Error {
  override readonly name = "EngineError"
  readonly code: EngineErrorCode
  readonly facts: ErrorFacts
  readonly publicMessage: string

  constructor(code: EngineErrorCode, options: EngineErrorOptions = {}) {
    const facts = options.facts ?? {}
    super(`${code}: ${options.publicMessage ?? engineErrorCodes[code]} ${JSON.stringify(facts)}`, { cause: options.cause })
    this.code = code
    this.facts = facts
    this.publicMessage = options.publicMessage ?? engineErrorCodes[code]
  }
}

/** True for an EngineError, optionally of one code. */
export function isEngineError(error: unknown, code?: EngineErrorCode): error is EngineError {
  return error instanceof EngineError && (code === undefined || error.code === code)
}

/** The errno name (`ENOENT`) of a Node system error, if it is one. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}
