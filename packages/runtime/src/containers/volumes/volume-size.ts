import type { VolumeSummary } from "../../engine.js"
import { EngineError } from "../../errors.js"
import type { VolumeRecord } from "./volume-record.js"

/** Who makes a volume that is there already must have meant this very one. Rejects with `conflict`. */
export function assertSize({ name, limit }: VolumeSummary, sizeBytes: number): void {
  if (limit.kind === "disk" && limit.sizeBytes === sizeBytes) return
  throw new EngineError("conflict", {
    facts: { volume: name, sizeBytes },
    publicMessage:
      limit.kind === "none"
        ? `The volume ${name} exists and has no limit. Choose another name, or remove it first.`
        : `The volume ${name} exists and has ${limit.sizeBytes} bytes. Resize it, or choose another name.`,
  })
}

/** What the image has does not fit in. */
export function tooSmall({ name }: VolumeRecord, target: string, cause: unknown): EngineError {
  return new EngineError("disk_full", {
    facts: { volume: name, target },
    cause,
    publicMessage: `The volume ${name} is too small for what the image has at ${target}. Grow it, then start the container again.`,
  })
}
