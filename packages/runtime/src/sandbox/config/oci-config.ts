import type { SandboxSpec } from "../sandbox.js"
import { openStdinAnnotation } from "./annotations.js"
import { ociCapabilities } from "./capabilities.js"
import { deviceRules } from "./devices.js"
import { ociIdMaps } from "./id-maps.js"
import { initMissing, initMount, withInit } from "./init-process.js"
import { ociMounts } from "./mounts.js"
import { ociNamespaces } from "./namespaces.js"
import type { OciConfig, OciProcess } from "./oci-types.js"
import { protectedPaths } from "./protected-paths.js"
import { ociRlimits, type RlimitCeiling } from "./rlimits.js"
import { ociSeccomp } from "./seccomp/seccomp.js"
import { ociSysctls } from "./sysctls.js"
import { ociTimeOffsets, type TimePlan } from "./time-offsets.js"

/** What the configuration depends on beside the spec. */
export interface ConfigHost {
  /** Path of the init, undefined when there is none. */
  initBinary: string | undefined
  rlimitCeiling: RlimitCeiling
  ownCapabilities: readonly string[]
  timePlan: TimePlan
}

/**
 * The OCI configuration of a sandbox. Its only resource rules are those of devices: the cgroup exists already with every limit.
 * Rejects what cannot be had with `invalid_argument`, `limit_unsupported`, `unsupported` or `tool_missing` before anything is made.
 */
export function ociConfig(spec: SandboxSpec, host: ConfigHost): OciConfig {
  const initBinary = spec.init ? host.initBinary : undefined
  if (spec.init && initBinary === undefined) throw initMissing()
  const seccomp = ociSeccomp(spec)
  const sysctl = ociSysctls(spec)
  const ownsHostname = spec.namespaces.uts.kind === "private"
  return {
    ociVersion: "1.0.2",
    process: firstProcess(spec, host),
    root: { path: spec.rootfs, readonly: spec.readOnlyRoot },
    ...(ownsHostname ? { hostname: spec.hostname } : {}),
    ...(ownsHostname && spec.domainname !== undefined ? { domainname: spec.domainname } : {}),
    mounts: ociMounts(spec, initBinary === undefined ? undefined : initMount(initBinary)),
    annotations: spec.openStdin ? { [openStdinAnnotation]: "true" } : {},
    linux: {
      namespaces: ociNamespaces(spec, host.timePlan),
      ...ociIdMaps(spec),
      ...(host.timePlan === "new-with-offsets" ? { timeOffsets: ociTimeOffsets(spec.timeOffsets) } : {}),
      ...(Object.keys(sysctl).length === 0 ? {} : { sysctl }),
      cgroupsPath: spec.cgroupPath,
      resources: { devices: deviceRules(spec.privileged) },
      ...(seccomp === undefined ? {} : { seccomp }),
      ...protectedPaths(spec.privileged),
    },
  }
}

function firstProcess(spec: SandboxSpec, host: ConfigHost): OciProcess {
  return {
    terminal: spec.terminal,
    user: { uid: spec.uid, gid: spec.gid, additionalGids: [...spec.additionalGids] },
    args: spec.init ? withInit(spec.arguments) : [...spec.arguments],
    env: [...spec.environment],
    cwd: spec.workingDirectory,
    capabilities: ociCapabilities({
      names: spec.capabilities,
      privileged: spec.privileged,
      userNamespace: spec.idRange !== undefined || spec.userNamespacePath !== undefined,
      own: host.ownCapabilities,
    }),
    rlimits: ociRlimits(spec.ulimits, host.rlimitCeiling),
    noNewPrivileges: spec.noNewPrivileges,
  }
}
