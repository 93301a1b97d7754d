import { EngineError } from "../../errors.js"
import type { SandboxSpec } from "../sandbox.js"
import type { OciLinux } from "./oci-types.js"

/** Where an OCI runtime makes time namespaces without failing. */
export type TimeNamespaceSupport = "always" | "with-user-namespace" | "never"

/**
 * How a sandbox gets its time namespace:
 * - `host`: not at all. Without offsets its clocks are the host's anyway, so that only the inode differs.
 * - `new`: the OCI runtime makes one.
 * - `new-with-offsets`: and sets its offsets.
 * - `prepared`: it joins one that was made with the offsets, since crun cannot set them inside of a user namespace.
 */
export type TimePlan = "host" | "new" | "new-with-offsets" | "prepared"

/** `unsupported` when offsets were asked for and this OCI runtime cannot have them here. */
export function planTime(
  spec: Pick<SandboxSpec, "timeOffsets" | "idRange" | "userNamespacePath" | "namespaces" | "ociRuntime">,
  support: TimeNamespaceSupport,
): TimePlan {
  const ownsUsers = spec.idRange !== undefined && spec.userNamespacePath === undefined
  // Beside a pid namespace that is joined crun ends up with the wrong process (seen with 1.8.1).
  const possible = spec.namespaces.pid.kind === "private" && (support === "always" || (support === "with-user-namespace" && ownsUsers))
  if (!asksForOffsets(spec.timeOffsets)) return possible && spec.namespaces.time.kind === "private" ? "new" : "host"
  if (!possible || spec.namespaces.time.kind !== "private") {
    throw new EngineError("unsupported", {
      facts: { ociRuntime: spec.ociRuntime },
      publicMessage: `The OCI runtime ${spec.ociRuntime} cannot set time offsets for this container. Leave them out, or use crun with a user namespace and a pid namespace of its own.`,
    })
  }
  return spec.ociRuntime === "crun" && ownsUsers ? "prepared" : "new-with-offsets"
}

/** Offsets as the specification has them (config-linux.md, since 1.1). */
export function ociTimeOffsets(asked: SandboxSpec["timeOffsets"]): NonNullable<OciLinux["timeOffsets"]> {
  return {
    ...(asked?.monotonicSeconds === undefined ? {} : { monotonic: { secs: asked.monotonicSeconds, nanosecs: 0 } }),
    ...(asked?.boottimeSeconds === undefined ? {} : { boottime: { secs: asked.boottimeSeconds, nanosecs: 0 } }),
  }
}

function asksForOffsets(offsets: SandboxSpec["timeOffsets"]): boolean {
  return (offsets?.monotonicSeconds ?? 0) !== 0 || (offsets?.boottimeSeconds ?? 0) !== 0
}
