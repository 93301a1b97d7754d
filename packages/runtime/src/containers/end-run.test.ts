import { expect, it } from "vitest"
import { EngineError } from "../errors.js"
import type { ContainerRecord } from "./container-record.js"
import type { Transition } from "./container-transitions.js"
import { endRun } from "./end-run.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { removeContainer } from "./remove-container.js"
import { testRecord } from "./test-record.js"

const user = { uid: 0, gid: 0, additionalGids: [], home: "/" }
const run = { pid: 77, pidStartTicks: 1, conmonPid: 1, bootId: "b", startedAt: 1, stopRequested: false, oomKills: 0, user }
const running = testRecord({ state: { status: "running", run } })

/** What ending and removing touch, over these containers; the kernel refuses to empty the cgroup. */
function fakes(...records: ContainerRecord[]) {
  const done: string[] = []
  const context = {
    containers: {
      find: () => records[0],
      get: () => records[0],
      all: () => records,
      isRemoving: () => false,
      update: async (_: string, transition: (record: ContainerRecord) => Transition) => transition(records[0] ?? running).record,
    },
    groups: {
      of: () => ({
        oomKillCount: () => 0,
        killAll: async () => {
          done.push("kill")
          throw new EngineError("deadline_exceeded")
        },
      }),
    },
    clock: { now: () => 1000 },
    queue: { run: (_: string, work: () => Promise<void>) => work() },
    runs: { forget: () => undefined },
    naps: { forget: () => undefined, wake: async () => ({ sleptMs: 0, wakeMs: 0 }) },
    health: { unwatch: () => undefined },
    logs: { unwatch: () => undefined },
    restarts: { set: () => done.push("restart") },
  }
  return { context: context as unknown as LifecycleContext, done }
}

it("sets the timer of the restart policy also when the clean-up of the run fails", async () => {
  const resolved = { ...running.resolved, restartPolicy: { kind: "always" as const } }
  const { context, done } = fakes({ ...running, resolved })
  await expect(endRun(context, running.id, { exitCode: 1, finishedAt: 500 })).rejects.toMatchObject({ code: "deadline_exceeded" })
  expect(done).toEqual(["kill", "restart"])
})

it("does not kill what removal by force then refuses, since another container runs in its namespaces", async () => {
  const resolved = { ...running.resolved, network: { kind: "container" as const, container: running.id } }
  const { context, done } = fakes(running, { ...running, id: "b".repeat(64), resolved })
  await expect(removeContainer(context, running.id, { force: true, removeVolumes: false })).rejects.toMatchObject({ code: "conflict" })
  expect(done).toEqual([])
})
