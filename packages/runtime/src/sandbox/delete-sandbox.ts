import { existsSync } from "node:fs"
import { rm } from "node:fs/promises"
import { conmonOf, killHalfMade, killMaking, outliveConmon } from "./conmon/conmon-process.js"
import { removeUnfinishedExits } from "./conmon/exit-files.js"
import { removeProbeGroup } from "./probe-groups.js"
import type { SandboxContext } from "./sandbox-context.js"
import { directoriesIn } from "./sandbox-paths.js"

/** See `SandboxDriver.delete`. Afterwards neither process nor conmon is left, so that nothing writes an exit file any more. */
export async function deleteSandbox(context: SandboxContext, id: string): Promise<void> {
  const conmons = sandboxDirectories(context, id).flatMap((directory) => conmonOf(directory) ?? [])
  // One that is still making its process would only go on.
  await Promise.all(conmons.filter(({ recorded }) => !recorded).map(killMaking))
  await (await context.runtimes.owning(id))?.delete(id)
  if (conmons.some(({ recorded }) => !recorded)) await killHalfMade(context.paths.bundle(id))
  await Promise.all(conmons.map((conmon) => outliveConmon(conmon, context.conmonGraceMs)))
  removeUnfinishedExits(context.paths.exit(id))
  await removeProbeGroup(id)
  await rm(context.paths.bundle(id), { recursive: true, force: true })
}

// Each of them has a conmon of its own.
function sandboxDirectories({ paths }: SandboxContext, id: string): string[] {
  const bundle = paths.bundle(id)
  return existsSync(bundle) ? [bundle, ...directoriesIn(paths.execs(id)).map((execId) => paths.exec(id, execId))] : []
}
