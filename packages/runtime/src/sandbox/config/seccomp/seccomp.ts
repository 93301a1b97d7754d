import { release } from "node:os"
import type { SandboxSpec } from "../../sandbox.js"
import type { OciSeccomp } from "../oci-types.js"
import { defaultSeccompProfile } from "./default-profile.js"
import { parseSeccompProfile } from "./parse-profile.js"

/** The filter of the container, or undefined when it runs without one (unconfined or privileged, as in Docker). */
export function ociSeccomp(spec: Pick<SandboxSpec, "seccomp" | "privileged" | "capabilities">): OciSeccomp | undefined {
  if (spec.seccomp === "unconfined") return undefined
  if (spec.seccomp === "default") {
    return spec.privileged ? undefined : defaultSeccompProfile({ capabilities: spec.capabilities, architecture: process.arch })
  }
  return parseSeccompProfile(spec.seccomp.profileJson, {
    capabilities: spec.capabilities,
    architecture: process.arch,
    kernelVersion: release(),
  })
}
