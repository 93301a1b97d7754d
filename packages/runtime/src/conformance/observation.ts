import { describe, expect, it } from "vitest"
import type { ContainerEngine, EngineFeature } from "../engine.js"
import { expectRefusal, type Harness, idle } from "./harness.js"
import { makeTar, streamOf } from "./test-image.js"

export function observationConformance(harness: Harness): void {
  describe("info", () => {
    it("says what the host is and can do, with a remedy for what is missing", async () => {
      const info = await harness.engine.info()
      expect(info).toMatchObject({ kind: harness.engine.kind, status: "available" })
      expect(info.cpuCount).toBeGreaterThan(0)
      expect(info.memoryBytes).toBeGreaterThan(1 << 26)
      expect(info.ociRuntimes.some((runtime) => runtime.works)).toBe(true)
      for (const ability of info.abilities) {
        expect(ability.title).not.toBe("")
        if (ability.status === "missing" && ability.required) expect(ability.remedy, ability.name).toBeDefined()
      }
      for (const [name, limit] of Object.entries(info.enforceableLimits)) if (!limit.enforceable) expect(limit.reason, name).toBeTruthy()
    })
  })

  describe("inspect", () => {
    it("shows what was asked for and what became of it", async () => {
      const spec = { image: harness.image, command: idle, hostname: "looked-at", environment: ["A=1"], labels: { x: "y" } }
      const inspected = await harness.start(spec)
      expect(inspected.spec).toMatchObject(spec)
      expect(inspected).toMatchObject({
        image: harness.image,
        tenant: "operator",
        resolved: {
          hostname: "looked-at",
          workingDirectory: "/work",
          stopSignal: expect.stringContaining("TERM"),
          init: true,
          network: { kind: "network" },
        },
      })
      expect(inspected.resolved.environment).toEqual(expect.arrayContaining(["FROM_IMAGE=yes", "A=1"]))
      expect(inspected.imageId).toBe((await harness.engine.images.inspect(harness.image)).id)
      expect(inspected.state).toMatchObject({ status: "running", pid: expect.any(Number), startedAt: expect.any(Number) })
    })

    it("shows the cgroup as the kernel has it, from the engine's to the container's", async (context) => {
      harness.needs(context, "cgroup-tree")
      const { id, tenant } = await harness.start({ tenant: "tree" })
      const nodes = await harness.engine.containers.cgroupTree(id)
      expect(nodes.map((node) => node.role)).toEqual(expect.arrayContaining(["engine", "container"]))
      expect(nodes.flatMap((node) => node.pids).length).toBeGreaterThan(0)
      expect(nodes.find((node) => node.role === "container")?.path).toContain(id)
      // A tenant is a group of its own where an engine can limit it.
      if (harness.info.features.includes("tenant-limits")) expect(nodes.find((node) => node.role === "tenant")?.path).toContain(tenant)
      await harness.removeContainers()
      await harness.engine.tenants.remove("tree")
    })
  })

  describe("what the engine does not have", () => {
    const operations: [EngineFeature, (engine: ContainerEngine, id: string) => Promise<unknown>][] = [
      ["pause", (engine, id) => engine.containers.pause(id)],
      ["exec", (engine, id) => engine.containers.exec(id, { command: ["true"] })],
      ["attach", (engine, id) => engine.containers.attach(id)],
      ["commit", (engine, id) => engine.containers.commit(id)],
      ["diff", (engine, id) => engine.containers.diff(id)],
      ["copy", (engine, id) => engine.containers.copyOut(id, "/etc")],
      ["list-files", (engine, id) => engine.containers.listDirectory(id, "/etc")],
      ["update", (engine, id) => engine.containers.update(id, { limits: { pidsMax: 100 } })],
      ["top", (engine, id) => engine.containers.top(id)],
      ["namespaces", (engine, id) => engine.containers.namespaces(id)],
      ["cgroup-tree", (engine, id) => engine.containers.cgroupTree(id)],
      ["tenant-limits", (engine) => engine.tenants.setLimits("refused", { pidsMax: 10 })],
      ["volumes", (engine) => engine.volumes.create({ name: "refused" })],
      ["volume-limits", (engine) => engine.volumes.create({ name: "refused", sizeBytes: 2 ** 26 })],
      ["disk-limits", (engine) => engine.containers.create({ image: harness.image, diskBytes: 2 ** 26 })],
      ["networks", (engine) => engine.networks.create({ name: "refused" })],
      ["image-load", async (engine) => engine.images.load(streamOf(await makeTar([])))],
      ["image-import", async (engine) => engine.images.importRootfs(streamOf(await makeTar([])), { reference: "refused:1" })],
      ["image-save", (engine) => engine.images.save(["refused:1"])],
      ["image-pull", (engine) => engine.images.pull("localhost:1/refused:1")],
      ["image-push", (engine) => engine.images.push(harness.image, { to: "localhost:1/refused:1" })],
      ["image-garbage", (engine) => engine.images.collectGarbage({ dryRun: true })],
    ]
    it.each(operations)("%s: is refused as unsupported, unless it is listed", async (feature, operation) => {
      if (harness.info.features.includes(feature)) return
      const { id } = await harness.start()
      await expectRefusal(operation(harness.engine, id), "unsupported")
    })
  })
}
