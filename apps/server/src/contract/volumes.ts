import { z } from "zod"
import { overrule } from "./containers.js"
import { hostInput } from "./hosts.js"
import { diskSize, labels, objectId, tenantName } from "./primitives.js"

export const volumeInput = hostInput.extend({ name: objectId })
/** `sizeBytes` absent: without a limit. */
export const createVolumeInput = volumeInput.extend({
  tenant: tenantName.exactOptional(),
  labels: labels.exactOptional(),
  sizeBytes: diskSize.exactOptional(),
  overrule: overrule.exactOptional(),
})
export const resizeVolumeInput = volumeInput.extend({ sizeBytes: diskSize, overrule: overrule.exactOptional() })
export const removeVolumeInput = volumeInput.extend({ force: z.boolean().exactOptional() })
