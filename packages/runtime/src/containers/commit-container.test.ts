import { expect, it } from "vitest"
import { EngineError } from "../errors.js"
import { commitContainer } from "./commit-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { testRecord } from "./test-record.js"

const user = { uid: 0, gid: 0, additionalGids: [], home: "/" }
const run = { pid: 77, pidStartTicks: 1, conmonPid: 1, bootId: "b", startedAt: 1, stopRequested: false, oomKills: 0, user }

/** A running container that tells what is done with it, in order. `failing`: the step that fails. */
function fakes(failing?: string) {
  const done: string[] = []
  const step = async (name: string): Promise<void> => {
    done.push(name)
    if (name === failing) throw new EngineError("disk_full")
  }
  const record = testRecord({ state: { status: "running", run } })
  const context = {
    containers: { find: () => record, update: async () => record },
    groups: { of: () => ({ freeze: () => step("freeze"), thaw: () => step("thaw") }) },
    health: { suspend: () => done.push("no checks"), resume: () => done.push("checks") },
    snapshots: { exportChanges: async () => undefined },
    images: { addLayer: () => step("image") },
  }
  return { context: context as unknown as LifecycleContext, done }
}

it("no health check runs while the container is frozen for it", async () => {
  const { context, done } = fakes()
  await commitContainer(context, "web", {})
  expect(done).toEqual(["no checks", "freeze", "image", "thaw", "checks"])
})

it.each(["freeze", "image", "thaw"])("checks go on also when the step %s fails", async (failing) => {
  const { context, done } = fakes(failing)
  await expect(commitContainer(context, "web", {})).rejects.toMatchObject({ code: "disk_full" })
  expect(done.slice(-2)).toEqual(["thaw", "checks"])
})

it("without a freeze checks are left alone", async () => {
  const { context, done } = fakes()
  await commitContainer(context, "web", { pause: false })
  expect(done).toEqual(["image"])
})
