import type { Readable } from "node:stream"
import type { ImageApi, ImageConfig, ImageSummary } from "../engine.js"

/** What a container needs of an image. */
export interface ResolvedImage {
  id: string
  reference: string
  config: ImageConfig
  /** From bottom to top. */
  diffIds: string[]
  architecture: string
  os: string
}

/**
 * Images in the content store with their layers unpacked. `ImageApi` less `usedBy`, which the containers' room supplies:
 * `usage` is asked for ids of containers by image id.
 */
export interface ImageStore extends ImageApi {
  /** Undefined: not here. */
  resolve(reference: string): Promise<ResolvedImage | undefined>
  /** As `resolve`, and `release` must be called: until then neither a removal nor a collection takes its layers away. */
  lease(reference: string): Promise<{ image: ResolvedImage; release(): void } | undefined>
  /** A new image: the given one plus one layer. Used by commit. */
  addLayer(options: {
    base: string
    layerTar: Readable
    reference?: string
    author?: string
    comment?: string
    createdBy: string
    config?: Partial<ImageConfig>
  }): Promise<ImageSummary>
  /** Removes blobs, layers and half-made unpacks that no image and no container needs. For start-up and after removal. */
  sweep(): Promise<void>
  /** Aborts pulls and pushes under way, and resolves when they have tidied up. */
  close(): Promise<void>
}

/** Injected: which containers use an image, by image id. */
export type ImageUsage = (imageId: string) => string[]
