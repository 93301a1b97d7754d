import type { TransferLayer, TransferProgress } from "../engine.js"

/** Between two reports of bytes that flow. */
const intervalMs = 200

/** Keeps the picture of a pull or a push and tells it: at once when a state changes, now and then while bytes flow. */
export class TransferReport {
  private layers = new Map<string, TransferLayer>()
  private phase: TransferProgress["phase"] = "resolving"
  private toldAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly reference: string,
    private readonly onProgress: ((progress: TransferProgress) => void) | undefined,
    /** Milliseconds that never jump. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tell()
  }

  begin(layers: readonly { digest: string; sizeBytes: number }[]): void {
    this.phase = "transferring"
    this.layers = new Map(layers.map(({ digest, sizeBytes }) => [digest, { digest, sizeBytes, doneBytes: 0, state: "waiting" }]))
    this.tell()
  }

  update(digest: string, change: Partial<Pick<TransferLayer, "state" | "doneBytes">>): void {
    const before = this.layers.get(digest)
    if (before === undefined) return
    const state = change.state ?? before.state
    const isComplete = state === "present" || state === "done" || state === "unpacking"
    this.layers.set(digest, { ...before, ...change, ...(isComplete ? { doneBytes: before.sizeBytes } : {}) })
    if (state !== before.state || this.now() - this.toldAt >= intervalMs) this.tell()
  }

  finish(): void {
    this.phase = "finishing"
    this.tell()
  }

  private tell(): void {
    if (this.onProgress === undefined) return
    this.toldAt = this.now()
    const layers = [...this.layers.values()]
    this.onProgress({ reference: this.reference, phase: this.phase, layers, ...sumsOf(layers) })
  }
}

function sumsOf(layers: readonly TransferLayer[]): { doneBytes: number; sizeBytes: number } {
  const sum = (key: "doneBytes" | "sizeBytes") => layers.reduce((total, layer) => total + layer[key], 0)
  return { doneBytes: sum("doneBytes"), sizeBytes: sum("sizeBytes") }
}
