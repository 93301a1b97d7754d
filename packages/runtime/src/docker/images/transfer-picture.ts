import type { TransferLayer, TransferProgress } from "../../engine.js"
import type { ProgressLine } from "../streams/progress.js"

/** Between two reports of bytes that flow. */
const intervalMs = 200

/**
 * The picture of a pull or a push, put together from the lines that the daemon tells of it. Docker names a layer by twelve digits (of its blob
 * in a pull, of its tar in a push) and tells its size once bytes of it flow; one that is small may be done without.
 */
export class TransferPicture {
  readonly #layers = new Map<string, TransferLayer>()
  #phase: TransferProgress["phase"] = "resolving"
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly options: {
      reference: string
      onProgress: ((progress: TransferProgress) => void) | undefined
      /** Pushes are told from the top of the image down. */
      topFirst: boolean
      /** Milliseconds that never jump. */
      now?: () => number
    },
  ) {
    this.#tell()
  }

  take({ id, status = "", progressDetail }: ProgressLine): void {
    const state = stateOf(status)
    if (id === undefined || state === undefined) return
    const before = this.#layers.get(id)
    // Podman ends with a line of the image itself, which looks like a layer's.
    if (before === undefined && !firstWords.test(status)) return
    this.#phase = "transferring"
    const { sizeBytes, doneBytes } = bytesOf({ state, before, progressDetail })
    this.#layers.set(id, { digest: id.startsWith("sha256:") ? id : `sha256:${id}`, sizeBytes, doneBytes, state })
    if (state !== before?.state || this.#now() - this.#toldAt >= intervalMs) this.#tell()
  }

  finish(): void {
    this.#phase = "finishing"
    this.#tell()
  }

  #now(): number {
    return this.options.now?.() ?? performance.now()
  }

  #tell(): void {
    const { reference, onProgress, topFirst } = this.options
    if (onProgress === undefined) return
    this.#toldAt = this.#now()
    const told = [...this.#layers.values()]
    const layers = topFirst ? told.reverse() : told
    const sum = (key: "doneBytes" | "sizeBytes") => layers.reduce((total, layer) => total + layer[key], 0)
    onProgress({ reference, phase: this.#phase, layers, doneBytes: sum("doneBytes"), sizeBytes: sum("sizeBytes") })
  }
}

/** With these a layer is told for the first time. */
const firstWords = /^(Pulling fs layer|Preparing|Waiting|Already exists|Layer already exists|Mounted from)/

const states: readonly [RegExp, TransferLayer["state"]][] = [
  [/^(Pulling fs layer|Preparing|Waiting|Retrying)/, "waiting"],
  [/^(Downloading|Pushing)/, "transferring"],
  [/^(Verifying Checksum|Download complete|Extracting)/, "unpacking"],
  [/^(Already exists|Layer already exists|Mounted from)/, "present"],
  [/^(Pull complete|Pushed)/, "done"],
]

function stateOf(status: string): TransferLayer["state"] | undefined {
  return states.find(([words]) => words.test(status))?.[1]
}

function bytesOf(layer: {
  state: TransferLayer["state"]
  before: TransferLayer | undefined
  progressDetail: ProgressLine["progressDetail"]
}): Pick<TransferLayer, "sizeBytes" | "doneBytes"> {
  const { state, before, progressDetail } = layer
  const known = before?.sizeBytes ?? 0
  if (state === "waiting") return { sizeBytes: known, doneBytes: 0 }
  if (state !== "transferring") return { sizeBytes: known, doneBytes: known }
  const doneBytes = progressDetail?.current ?? before?.doneBytes ?? 0
  // A push counts the tar's padding too: more may be done than there is.
  return { sizeBytes: Math.max(progressDetail?.total ?? known, doneBytes), doneBytes }
}
