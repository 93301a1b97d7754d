import { mkdirSync } from "node:fs"
import type { ContainerCgroup } from "../cgroups/cgroup-driver.js"
import type { SandboxMount } from "../sandbox/sandbox.js"
import type { ContainerRecord, ResolvedUser } from "./container-record.js"
import { writeEtcFiles } from "./etc-files.js"
import { type LifecycleContext, stepDeadlineMs } from "./lifecycle-context.js"
import { resolveUser } from "./resolve-user.js"
import { type StepRunner, together } from "./undo-steps.js"
import { readUserFiles } from "./user-files.js"

/** What is there before a container's processes are. */
export interface PreparedRun {
  rootfs: string
  user: ResolvedUser
  cgroup: ContainerCgroup
  etcMounts: SandboxMount[]
}

/** Side by side: root mounted and volumes, the control group with all its limits, its files in /etc and the directory of its log, bridges. */
export async function prepareRun(context: LifecycleContext, runner: StepRunner, record: ContainerRecord): Promise<PreparedRun> {
  const { network } = context
  const { id, connections } = record
  const [{ rootfs, user }, cgroup, etcMounts] = await together([
    mountRoot(context, runner, record),
    runner.step({
      name: "cgroup",
      deadlineMs: stepDeadlineMs.cgroup,
      run: async () => {
        await context.cgroups.ensureTenant(record.tenant)
        return context.cgroups.create({ tenant: record.tenant, containerId: id }, record.limits)
      },
      undo: () => context.groups.of(record).remove(),
    }),
    runner.step({
      name: "files",
      deadlineMs: stepDeadlineMs.files,
      run: async () => {
        mkdirSync(context.paths.logDirectory(id), { recursive: true, mode: 0o700 })
        return writeEtcFiles(context.paths, record, network.resolversFor(connections))
      },
    }),
    runner.step({
      name: "bridge",
      deadlineMs: stepDeadlineMs.network,
      run: () => network.ensure(connections.map(({ attachment }) => attachment.network)),
    }),
  ])
  return { rootfs, user, cgroup, etcMounts }
}

async function mountRoot(
  context: LifecycleContext,
  runner: StepRunner,
  record: ContainerRecord,
): Promise<{ rootfs: string; user: ResolvedUser }> {
  const { files, rootfs, volumes } = context
  const { path } = await runner.step({
    name: "root file system",
    deadlineMs: stepDeadlineMs.snapshot,
    run: () => rootfs.acquire(record),
    undo: () => rootfs.release(record.id),
  })
  const user = resolveUser(record.resolved.user, await readUserFiles(files, path))
  await runner.step({
    name: "volumes",
    deadlineMs: stepDeadlineMs.volumes,
    run: async () => {
      for (const mount of record.resolved.mounts) {
        if (mount.kind !== "volume") continue
        await volumes.ensure({ name: mount.volume, tenant: record.tenant, idRange: record.idRange, holder: record.id })
        await volumes.populate({ name: mount.volume, rootfs: path, target: mount.target })
      }
    },
    undo: () => volumes.release(record.id),
  })
  return { rootfs: path, user }
}
