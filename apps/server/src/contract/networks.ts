import { z } from "zod"
import { bounds } from "./bounds.js"
import { hostInput } from "./hosts.js"
import { labels, objectId, tenantName } from "./primitives.js"

export const networkInput = hostInput.extend({ name: objectId })
/** `subnet` absent: the engine picks a free one. `internal`: no way out of it. */
export const createNetworkInput = networkInput.extend({
  tenant: tenantName.exactOptional(),
  subnet: z.cidrv4().exactOptional(),
  internal: z.boolean().exactOptional(),
  labels: labels.exactOptional(),
})
export const connectNetworkInput = networkInput.extend({
  container: objectId,
  address: z.ipv4().exactOptional(),
  /** More names that it answers to in that network. */
  aliases: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)
        .max(63),
    )
    .max(bounds.aliasCount)
    .exactOptional(),
})
export const disconnectNetworkInput = networkInput.extend({ container: objectId })
