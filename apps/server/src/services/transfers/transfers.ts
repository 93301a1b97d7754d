import type { z } from "zod"
import type { pullAndCreateInput, pullImageInput, pushImageInput } from "../../contract/images.js"
import type { TransfersMessage } from "../../contract/transfers.js"

/** Pulls and pushes, which go on without whoever began them. What is wrong with a request itself is refused at once; what fails later is the transfer's error. */
export interface Transfers {
  /** The same pull, asked for while it runs, is the running one. Rejects with `invalid_reference`, `unsupported`, and as `Hosts.engineOf`. */
  pull(request: z.output<typeof pullImageInput>): Promise<{ id: string }>
  /** The same push, asked for while it runs, is the running one. Rejects as `pull`, and with `image_not_found`. */
  push(request: z.output<typeof pushImageInput>): Promise<{ id: string }>
  /**
   * Pulls the image unless it is here, then creates the container and starts it if asked. Rejects as `pull`, and with `invalid_argument` for a
   * specification that is wrong in itself, `name_in_use`, and as `Admission.ask`; what is refused only when the image is there is the transfer's error.
   */
  pullAndCreate(request: z.output<typeof pullAndCreateInput>): Promise<{ id: string }>
  /** Asks it to stop; it is `cancelled` when what it left is tidied up. Without effect on one that ended. Throws `not_found`. */
  cancel(id: string): void
  /** First all, then what changes, at most five times a second; a slow reader gets several changes merged. */
  follow(signal: AbortSignal): AsyncIterable<TransfersMessage>
}
