import { afterEach, describe, expect, it } from "vitest"
import { expectRefusal, type Harness } from "./harness.js"

const MEBIBYTE = 2 ** 20
const sizeBytes = 32 * MEBIBYTE

export function volumeLimitsConformance(harness: Harness): void {
  const names = ["conformance-small", "conformance-other"] as const
  const mounts = [
    { kind: "volume" as const, volume: names[0], target: "/small" },
    { kind: "volume" as const, volume: names[1], target: "/other" },
  ]
  const sh = async (id: string, text: string): Promise<string> => {
    const { stdout, stderr } = await harness.exec(id, ["sh", "-c", text])
    return `${stdout}${stderr}`
  }
  const limitOf = async (name: string): Promise<{ sizeBytes: number; allocatedBytes: number }> => {
    const { limit } = await harness.engine.volumes.inspect(name)
    if (limit.kind === "none") throw new Error(`${name} has no limit`)
    return limit
  }

  describe("volumes with a limit", () => {
    afterEach(async () => {
      await harness.removeContainers()
      if (!harness.info.features.includes("volume-limits")) return
      for (const name of names) await harness.engine.volumes.remove(name, { force: true })
    })

    it("fill without harm to others, grow in use, and give back what was deleted", async (context) => {
      harness.needs(context, "volume-limits", "exec")
      const { volumes } = harness.engine
      const cursor = await harness.newestCursor()
      for (const name of names) await volumes.create({ name, sizeBytes })
      const { id } = await harness.start({ mounts })
      expect(await sh(id, "dd if=/dev/zero of=/small/fill bs=64k; sync")).toContain("No space left on device")
      expect(await sh(id, "echo on > /other/file && sync && cat /other/file")).toBe("on\n")
      expect((await limitOf(names[0])).allocatedBytes).toBeLessThanOrEqual(sizeBytes)
      const full = await volumes.inspect(names[0])
      expect(full.usedBytes).toBeGreaterThan(16 * MEBIBYTE)

      expect(await volumes.resize(names[0], 2 * sizeBytes)).toMatchObject({ limit: { kind: "disk", sizeBytes: 2 * sizeBytes } })
      expect(await sh(id, "head -c 20000000 /dev/zero > /small/more && sync && echo written")).toBe("written\n")
      expect((await volumes.inspect(names[0])).usedBytes).toBeGreaterThan(full.usedBytes + 16 * MEBIBYTE)

      await sh(id, "rm /small/fill /small/more")
      const { beforeBytes, afterBytes } = await volumes.compact(names[0])
      expect(beforeBytes - afterBytes).toBeGreaterThan(32 * MEBIBYTE)
      expect((await limitOf(names[0])).allocatedBytes).toBe(afterBytes)

      const told = (await harness.eventsAfter(cursor)).filter((event) => event.kind === "volume" && event.id === names[0])
      expect(told.map(({ action }) => action)).toEqual(["create", "resize", "compact"])
      expect(told.map(({ attributes }) => attributes)).toMatchObject([
        { sizeBytes: String(sizeBytes) },
        { sizeBytes: String(2 * sizeBytes), previousBytes: String(sizeBytes) },
        { beforeBytes: String(beforeBytes), afterBytes: String(afterBytes), bytes: String(beforeBytes - afterBytes) },
      ])
    })

    it("are filled from the image, belong to the container's root, are shared, and outlast containers", async (context) => {
      harness.needs(context, "volume-limits")
      await harness.engine.volumes.create({ name: names[0], sizeBytes })
      const at = (target: string) => ({ mounts: [{ kind: "volume" as const, volume: names[0], target }] })
      expect(await harness.shell("stat -c %u:%g /seed; stat -c '%a %u:%g' /seed/file; ls -A /seed", at("/seed"))).toBe(
        "0:0\n640 1000:1001\nfile",
      )
      const { id } = await harness.start(at("/data"))
      await harness.shell("echo shared > /elsewhere/two", at("/elsewhere"))
      expect(await sh(id, "cat /data/two")).toBe("shared\n")
    })

    it("are seen and copied while no container runs", async (context) => {
      harness.needs(context, "volume-limits", "copy")
      await harness.engine.volumes.create({ name: names[0], sizeBytes })
      await harness.shell("echo kept > /small/file", { mounts: mounts.slice(0, 1) })
      const { id } = await harness.create({ mounts: mounts.slice(0, 1) })
      expect(await harness.engine.containers.statPath(id, "/small/file")).toMatchObject({ kind: "file", sizeBytes: 5 })
      const { tar } = await harness.engine.containers.copyOut(id, "/small/file")
      let bytes = 0
      for await (const chunk of tar) bytes += (chunk as Buffer).length
      expect(bytes).toBeGreaterThan(512)
    })

    it("are made with a container of the size that it names: what it mounts and its image's VOLUMEs", async (context) => {
      harness.needs(context, "volume-limits", "commit")
      const { containers, volumes, images } = harness.engine
      const reference = "conformance.test/volumes:1"
      await containers.commit((await harness.create()).id, { reference, config: { volumes: ["/kept"] } })
      const { id, resolved } = await harness.create({ image: reference, mounts: mounts.slice(0, 1), volumeBytes: sizeBytes })
      const made = resolved.mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []))
      expect(made).toHaveLength(2)
      for (const name of made) expect((await limitOf(name)).sizeBytes).toBe(sizeBytes)
      await containers.start(id)
      expect(await sh(id, "echo on > /kept/file && cat /kept/file")).toBe("on\n")
      await containers.remove(id, { force: true, removeVolumes: true })
      expect((await volumes.list()).map(({ name }) => name)).not.toContain(made[1])
      await harness.removeContainers()
      await images.remove(reference)
    })

    it("do not become smaller, and sizes that are none are refused", async (context) => {
      harness.needs(context, "volume-limits")
      const { volumes } = harness.engine
      await volumes.create({ name: names[0], sizeBytes })
      await expectRefusal(volumes.resize(names[0], sizeBytes / 2), "invalid_argument")
      expect((await limitOf(names[0])).sizeBytes).toBe(sizeBytes)
      for (const bad of [0, -1, 1.5, 1024, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 52])
        await expectRefusal(volumes.create({ name: names[1], sizeBytes: bad }), "invalid_argument")
      expect((await volumes.create({ name: names[0], sizeBytes })).limit).toMatchObject({ sizeBytes })
      await expectRefusal(volumes.create({ name: names[0], sizeBytes: 2 * sizeBytes }), "conflict")
    })

    it("are told from those without", async (context) => {
      harness.needs(context, "volumes")
      const { volumes } = harness.engine
      expect((await volumes.create({ name: "conformance-data" })).limit).toEqual({ kind: "none" })
      const codes = harness.info.features.includes("volume-limits") ? (["conflict"] as const) : (["unsupported"] as const)
      await expectRefusal(volumes.resize("conformance-data", sizeBytes), ...codes)
      await expectRefusal(volumes.compact("conformance-data"), ...codes)
      await volumes.remove("conformance-data")
    })
  })
}
