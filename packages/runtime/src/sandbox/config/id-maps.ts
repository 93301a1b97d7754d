import type { SandboxSpec } from "../sandbox.js"
import type { OciIdMapping } from "./oci-types.js"

/**
 * Maps of a new user namespace: container ids 0…size-1 become the range's. A namespace that is joined has its maps already; runc all the same wants to be
 * told them (before 1.2 it refuses without, since then it checks that they are the same).
 */
export function ociIdMaps(spec: Pick<SandboxSpec, "idRange" | "userNamespacePath" | "ociRuntime">): {
  uidMappings?: OciIdMapping[]
  gidMappings?: OciIdMapping[]
} {
  const range = spec.idRange
  if (range === undefined || (spec.userNamespacePath !== undefined && spec.ociRuntime !== "runc")) return {}
  return {
    uidMappings: [{ containerID: 0, hostID: range.uidBase, size: range.size }],
    gidMappings: [{ containerID: 0, hostID: range.gidBase, size: range.size }],
  }
}
