import { afterEach, describe, expect, it } from "vitest"
import { expectRefusal, type Harness, script } from "./harness.js"

export function volumesConformance(harness: Harness): void {
  const volume = (target: string, name = "conformance-data", readOnly = false) => ({
    mounts: [{ kind: "volume" as const, volume: name, target, readOnly }],
  })

  describe("volumes", () => {
    afterEach(async () => {
      await harness.removeContainers()
      if (harness.info.features.includes("volumes")) await harness.engine.volumes.remove("conformance-data", { force: true })
    })

    it("outlast containers and are shared by them", async (context) => {
      harness.needs(context, "volumes")
      await harness.shell("echo kept > /data/file", volume("/data"))
      expect(await harness.shell("cat /elsewhere/file; echo more >> /elsewhere/file", volume("/elsewhere"))).toBe("kept")
      expect(
        await harness.shell("echo x > /data/x 2>/dev/null || echo refused; cat /data/file", volume("/data", "conformance-data", true)),
      ).toBe("refused\nkept\nmore")
    })

    it("belong to the container's root, and to its users as they like", async (context) => {
      harness.needs(context, "volumes")
      expect(
        await harness.shell("stat -c %u:%g /data; touch /data/f; chown 1000:1001 /data/f; stat -c %u:%g /data/f", volume("/data")),
      ).toBe("0:0\n1000:1001")
      expect(await harness.shell("cat /data/f && echo mine >> /data/f && cat /data/f", { ...volume("/data"), user: "app" })).toBe("mine")
    })

    it("new and empty ones take what the image has at the place, once", async (context) => {
      harness.needs(context, "volumes")
      expect(await harness.shell("cat /seed/file; stat -c '%a %u:%g' /seed/file; rm /seed/file", volume("/seed"))).toBe(
        "seed\n640 1000:1001",
      )
      expect(await harness.shell("ls /seed | wc -l", volume("/seed"))).toBe("0")
    })

    it("are made once, listed, measured and removed", async (context) => {
      harness.needs(context, "volumes")
      const made = await harness.engine.volumes.create({ name: "conformance-data", labels: { a: "1" } })
      expect(await harness.engine.volumes.create({ name: "conformance-data" })).toMatchObject({
        createdAt: made.createdAt,
        labels: { a: "1" },
      })
      expect((await harness.engine.volumes.list()).map((each) => each.name)).toContain("conformance-data")
      expect((await harness.engine.volumes.list({ tenant: "operator" })).map((each) => each.name)).toContain("conformance-data")
      expect(await harness.engine.volumes.list({ tenant: "conformance-other" })).toEqual([])
      await harness.shell("head -c 300000 /dev/urandom > /data/big", volume("/data"))
      expect((await harness.engine.volumes.inspect("conformance-data")).usedBytes).toBeGreaterThanOrEqual(300_000)
      await harness.removeContainers()
      await harness.engine.volumes.remove("conformance-data")
      await expectRefusal(harness.engine.volumes.inspect("conformance-data"), "not_found")
      await expectRefusal(harness.engine.volumes.remove("conformance-data"), "not_found")
    })

    it("one that a container uses is not removed", async (context) => {
      harness.needs(context, "volumes")
      const { id } = await harness.create(volume("/data"))
      await expectRefusal(harness.engine.volumes.remove("conformance-data"), "volume_in_use")
      expect((await harness.engine.volumes.inspect("conformance-data")).usedBy).toEqual([id])
    })

    it("of one tenant are not another's", async (context) => {
      harness.needs(context, "volumes")
      await harness.shell("echo secret > /data/file", { ...volume("/data"), tenant: "vol-a" })
      await expectRefusal(
        harness.create({ ...volume("/data"), tenant: "vol-b" }),
        "conflict",
        "not_found",
        "name_in_use",
        "permission_denied",
      )
      await harness.removeContainers()
      await harness.engine.volumes.remove("conformance-data")
      for (const { name } of await harness.engine.tenants.list()) if (name.startsWith("vol-")) await harness.engine.tenants.remove(name)
    })

    it("bad names are refused", async (context) => {
      harness.needs(context, "volumes")
      for (const name of ["", ".", "..", "a/b", "../x", "-x", "x".repeat(129), "a\0", "a b"])
        await expectRefusal(harness.engine.volumes.create({ name }), "invalid_argument")
    })

    it("device nodes of the image do not come along", async (context) => {
      harness.needs(context, "volumes")
      expect(
        await harness.shell("ls /dev-copy | grep -c -v : || true", {
          ...volume("/dev-copy"),
          ...script("test -c /dev-copy/null && echo device || echo none"),
        }),
      ).toBe("none")
    })
  })
}
