import type { CgroupLayout } from "../cgroups/hierarchy.js"
import type { OciRuntimeInfo } from "../engine.js"
import { findTool } from "../kernel/find-tool.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { parseToolVersion } from "../kernel/tool-version.js"
import { knownWeaknesses } from "../sandbox/runtimes/known-weaknesses.js"

/** OCI runtimes that are installed, told by their versions alone, in order of preference. The sandbox driver's probe, which runs them, knows better. */
export async function probeOciRuntimes(spawn: SpawnTool, layout: CgroupLayout): Promise<OciRuntimeInfo[]> {
  const found: OciRuntimeInfo[] = []
  for (const name of ["crun", "runc", "youki", "runsc"]) {
    const path = findTool(name)
    if (path !== undefined) found.push(await describe(spawn, name, path, layout))
  }
  return found
}

async function describe(spawn: SpawnTool, name: string, path: string, layout: CgroupLayout): Promise<OciRuntimeInfo> {
  const { exitCode, stdout } = await spawn(path, ["--version"], { acceptExitCodes: "any", timeoutMs: 10_000 })
  const version = parseToolVersion(stdout) ?? "unknown"
  if (exitCode !== 0) return { name, path, version, works: false, remark: `It does not run: exit code ${exitCode}.` }
  if (name === "crun" && layout.version === "hybrid" && (layout.unified?.controllers.length ?? 0) > 0) {
    return { name, path, version, works: false, remark: "It refuses this hybrid cgroup hierarchy." }
  }
  const remark = knownWeaknesses(name, version)
  return { name, path, version, works: true, ...(remark === undefined ? {} : { remark }) }
}
