import { describe, expect, it } from "vitest"
import { expectRefusal, type Harness } from "./harness.js"

const MEBIBYTE = 2 ** 20
const diskBytes = 32 * MEBIBYTE

export function diskLimitsConformance(harness: Harness): void {
  const sh = async (id: string, text: string): Promise<string> => {
    const { stdout, stderr } = await harness.exec(id, ["sh", "-c", text])
    return `${stdout}${stderr}`
  }

  describe("containers whose disk has a limit", () => {
    it("fill it without harm to others, grow while they run, and give back what was deleted", async (context) => {
      harness.needs(context, "disk-limits", "exec")
      const { containers } = harness.engine
      const cursor = await harness.newestCursor()
      const [{ id }, other] = [await harness.start({ diskBytes }), await harness.start({ diskBytes })]
      expect(await sh(id, "dd if=/dev/zero of=/fill bs=64k; sync")).toContain("No space left on device")
      expect(await sh(other.id, "echo on > /file && sync && cat /file")).toBe("on\n")
      const full = await containers.inspect(id)
      expect(full.writableBytes).toBeGreaterThan(16 * MEBIBYTE)
      if (full.disk.kind === "none") throw new Error("it has a limit")
      expect(full.disk.allocatedBytes).toBeLessThanOrEqual(diskBytes)

      expect((await containers.resizeDisk(id, 2 * diskBytes)).disk).toMatchObject({ kind: "disk", sizeBytes: 2 * diskBytes })
      const rows = new Map((await containers.list()).map((row) => [row.id, row.diskBytes]))
      expect([rows.get(id), rows.get(other.id)]).toEqual([2 * diskBytes, diskBytes])
      expect(await sh(id, "head -c 20000000 /dev/zero > /more && sync && echo written")).toBe("written\n")
      await expectRefusal(containers.resizeDisk(id, diskBytes), "invalid_argument")

      await sh(id, "rm /fill /more")
      const { beforeBytes, afterBytes } = await containers.compactDisk(id)
      expect(beforeBytes - afterBytes).toBeGreaterThan(32 * MEBIBYTE)
      const told = (await harness.eventsAfter(cursor)).filter((event) => event.id === id && ["resize", "compact"].includes(event.action))
      expect(told.map(({ action, attributes }) => ({ action, ...attributes }))).toMatchObject([
        { action: "resize", sizeBytes: String(2 * diskBytes), previousBytes: String(diskBytes) },
        {
          action: "compact",
          beforeBytes: String(beforeBytes),
          afterBytes: String(afterBytes),
          bytes: String(beforeBytes - afterBytes),
        },
      ])
    })

    it("keep their files over a stop, also as changes, copies and a commit", async (context) => {
      harness.needs(context, "disk-limits", "diff", "commit", "copy")
      const { id } = await harness.start({ diskBytes })
      await sh(id, "echo kept > /file && chown 1000:1001 /file && rm /etc/motd")
      await harness.engine.containers.stop(id)
      expect(await harness.engine.containers.statPath(id, "/file")).toMatchObject({ kind: "file", uid: 1000, gid: 1001 })
      const changes = await harness.engine.containers.diff(id)
      expect(changes).toContainEqual({ path: "/file", kind: "added" })
      const image = await harness.engine.containers.commit(id, { reference: "conformance.test/disk:1" })
      await harness.engine.containers.start(id)
      expect(await sh(id, "cat /file; stat -c %u:%g /file")).toBe("kept\n1000:1001\n")
      expect(await harness.shell("cat /file; stat -c %u:%g /file", { image: image.references[0] ?? image.id })).toBe("kept\n1000:1001")
      await harness.removeContainers()
      await harness.engine.images.remove("conformance.test/disk:1")
    })

    it("are told from those without; sizes that are none are refused", async (context) => {
      harness.needs(context, "disk-limits")
      const { id, disk } = await harness.create()
      expect(disk).toEqual({ kind: "none" })
      await expectRefusal(harness.engine.containers.resizeDisk(id, diskBytes), "conflict")
      await expectRefusal(harness.engine.containers.compactDisk(id), "conflict")
      for (const bad of [0, -1, 1.5, 1024, 2 ** 52]) await expectRefusal(harness.create({ diskBytes: bad }), "invalid_argument")
    })
  })
}
