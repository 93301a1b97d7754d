import { z } from "zod"
import type { TransferProgress } from "./engine-types.js"
import type { EngineErrorData } from "./error.js"

export const transferInput = z.object({ id: z.string().uuid() })

/**
 * A pull or a push. It goes on without whoever began it; those that ended are kept for an hour, at most a hundred, so that another
 * tab or a reload sees them too.
 */
export interface Transfer {
  id: string
  kind: "pull" | "push"
  host: string
  /** Normalised; of a push, what it becomes there. */
  reference: string
  status: "running" | "done" | "failed" | "cancelled"
  startedAt: number
  /** `null` while it runs. */
  endedAt: number | null
  /** The newest; `null` until there is any. */
  progress: TransferProgress | null
  /** Of a pull that is done: the image; of a push: the digest of the manifest. */
  imageId: string | null
  digest: string | null
  /** Why it failed. */
  error: EngineErrorData | null
  /** The container that is created from the image as soon as it is here; `id` when it is. */
  container: { name: string | null; id: string | null } | null
}

/** First all, then each that changes, at most five times a second; `removed` are forgotten. */
export type TransfersMessage = { type: "snapshot"; transfers: Transfer[] } | { type: "delta"; upserted: Transfer[]; removed: string[] }
