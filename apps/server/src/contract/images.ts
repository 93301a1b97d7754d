import { z } from "zod"
import { containerSpec } from "./container-spec.js"
import { overrule } from "./containers.js"
import { hostInput } from "./hosts.js"
import { durationMs, imageReference } from "./primitives.js"

export const imageInput = hostInput.extend({ reference: imageReference })
export const tagImageInput = imageInput.extend({ newReference: imageReference })
export const removeImageInput = imageInput.extend({ force: z.boolean().exactOptional() })
/** Credentials are those that are kept for the reference's registry. Answers with the transfer at once. */
export const pullImageInput = imageInput.extend({
  /** `os/architecture[/variant]`; absent: the host's. */
  platform: z
    .string()
    .regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/, "must be a platform such as “linux/amd64”")
    .exactOptional(),
})
/** `to`: another reference, whose registry it goes to. */
export const pushImageInput = imageInput.extend({ to: imageReference.exactOptional() })
export const collectGarbageInput = hostInput.extend({ dryRun: z.boolean().default(false), graceMs: durationMs.exactOptional() })
/** Pulls the spec's image, then creates (and starts) the container. Answers with the transfer at once. */
export const pullAndCreateInput = hostInput.extend({
  spec: containerSpec,
  start: z.boolean().default(false),
  overrule: overrule.exactOptional(),
})

export const saveImageQuery = hostInput.extend({
  reference: z.union([imageReference, z.array(imageReference).min(1).max(64)]),
  format: z.enum(["oci", "docker"]).default("oci"),
})
export const importImageQuery = imageInput.extend({ comment: z.string().max(4096).exactOptional() })

export interface RemovedImages {
  untagged: string[]
  deleted: string[]
}
