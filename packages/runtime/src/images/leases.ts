import type { Digest } from "../spec/digest.js"

/** Blobs and unpacked layers. */
export interface Needs {
  blobs: Iterable<Digest>
  /** By diffId. */
  layers: Iterable<Digest>
}

/** What garbage collection must leave alone until `release`. */
export interface Lease {
  /** Holds these too. */
  extend(needs: Needs): void
  release(): void
}

/**
 * What the operations under way use: pulls and loads before their image has a place in the index, saves, pushes, commits and creates for the case that
 * it loses it. Held in memory alone: after a crash nothing is under way. Whoever takes one for what is not in the index does it in turn with collections.
 */
export class Leases {
  private readonly held = new Map<Lease, Needs[]>()

  take(needs: Needs): Lease {
    const all = [needs]
    const lease: Lease = { extend: (more) => all.push(more), release: () => this.held.delete(lease) }
    this.held.set(lease, all)
    return lease
  }

  all(): Needs[] {
    return [...this.held.values()].flat()
  }
}

/** What an image needs, in the index or planned. */
export function needsOf(image: { id: Digest; digest: Digest; layers: readonly { digest: Digest; diffId: Digest }[] }): {
  blobs: Digest[]
  layers: Digest[]
} {
  return { blobs: [image.id, image.digest, ...image.layers.map(({ digest }) => digest)], layers: image.layers.map(({ diffId }) => diffId) }
}
