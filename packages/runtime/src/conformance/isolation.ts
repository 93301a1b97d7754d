import { readlinkSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { expectRefusal, fetchScript, type Harness, script } from "./harness.js"

export function isolationConformance(harness: Harness): void {
  describe("isolation", () => {
    it("a container's root is not the host's", async (context) => {
      harness.needsAbility(context, "namespace.user")
      const { id, userNamespace } = await harness.start()
      expect(userNamespace).toMatchObject({ kind: "private" })
      const [process] = await harness.engine.containers.top(id)
      expect(process?.uid).toBeGreaterThanOrEqual(userNamespace.kind === "private" ? userNamespace.uidBase : 1)
    })

    it("has few capabilities and no new privileges by default", async () => {
      const status = await harness.shell("cat /proc/self/status")
      const effective = BigInt(`0x${/CapEff:\s*([0-9a-f]+)/.exec(status)?.[1]}`)
      const [netRaw, sysAdmin, sysModule, sysPtrace] = [13n, 21n, 16n, 19n]
      for (const capability of [netRaw, sysAdmin, sysModule, sysPtrace]) expect(effective & (1n << capability)).toBe(0n)
      expect(status).toMatch(/NoNewPrivs:\s*1/)
      expect(status).toMatch(/Seccomp:\s*2/)
    })

    it("capabilities are dropped and added by name", async () => {
      const bits = async (spec: Parameters<Harness["create"]>[0]): Promise<bigint> =>
        BigInt(`0x${/CapEff:\s*([0-9a-f]+)/.exec(await harness.shell("cat /proc/self/status", spec))?.[1]}`)
      expect(await bits({ capabilitiesDrop: ["ALL"] })).toBe(0n)
      expect((await bits({ capabilitiesAdd: ["NET_ADMIN"] })) & (1n << 12n)).toBe(1n << 12n)
      expect((await bits({ capabilitiesDrop: ["CHOWN"] })) & 1n).toBe(0n)
    })

    it("system calls that are not for containers are refused", async () => {
      expect(await harness.shell("mount -t tmpfs x /tmp 2>/dev/null && echo mounted || echo refused")).toBe("refused")
      const says = harness.info.abilities.find((ability) => ability.name === "seccomp.user-namespaces")
      expect(await harness.shell("unshare -U true 2>/dev/null && echo made || echo refused")).toBe(
        says?.status === "missing" ? "made" : "refused",
      )
    })

    it("the host's kernel settings are out of reach", async () => {
      expect(
        await harness.shell(
          "for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /sys/kernel/uevent_helper; do (echo x > $f) 2>/dev/null && echo wrote $f; done; cat /proc/kcore 2>/dev/null | head -c1 | wc -c; ls /proc/acpi /proc/scsi 2>/dev/null | grep -v : | wc -w",
        ),
      ).toMatch(/^0\n0$/)
    })

    it("device nodes other than the harmless ones do not work", async () => {
      expect(
        await harness.shell(
          "mknod /tmp/disk b 8 0 2>/dev/null && cat /tmp/disk 2>/dev/null | head -c1 | wc -c || echo refused; for d in null zero full random urandom tty; do test -c /dev/$d || echo missing $d; done",
        ),
      ).toMatch(/^(refused|0)$/)
    })

    it("its processes, mounts, hostname and network are its own", async (context) => {
      harness.needs(context, "namespaces")
      const { id } = await harness.start()
      const report = await harness.engine.containers.namespaces(id)
      const lacksUsers = harness.info.abilities.some((ability) => ability.name === "namespace.user" && ability.status === "missing")
      for (const kind of ["pid", "mnt", "net", "uts", "ipc", ...(lacksUsers ? [] : ["user" as const])] as const) {
        const entry = report.namespaces.find((namespace) => namespace.kind === kind)
        expect(entry, kind).toMatchObject({ sharing: "private" })
        expect(readlinkSync(`/proc/self/ns/${kind}`)).not.toContain(String(entry?.inode))
      }
      expect(report.uidMap[0]).toMatchObject({ insideId: 0 })
      if (!lacksUsers) expect(report.uidMap[0]?.outsideId).toBeGreaterThan(0)
      // A runtime sets these as the last thing before the command, which may be a moment after the start was told.
      await expect.poll(() => harness.engine.containers.namespaces(id)).toMatchObject({ seccomp: "filter", noNewPrivileges: true })
    })

    it("the time namespace shifts the clocks it is told to", async (context) => {
      const { id } = await harness
        .create({ ...script("cut -d. -f1 /proc/uptime"), timeOffsets: { boottimeSeconds: 1_000_000, monotonicSeconds: 1_000_000 } })
        .catch((error: unknown) => {
          expect(error).toMatchObject({ code: expect.stringMatching(/unsupported|kernel_feature_missing/) })
          return context.skip("no time namespaces here")
        })
      await harness.engine.containers.start(id)
      await harness.engine.containers.wait(id)
      expect(Number((await harness.output(id)).trim())).toBeGreaterThan(1_000_000)
    })
  })

  describe("a pod", () => {
    it("shares the network of another container", async () => {
      const first = await harness.start(script("httpd -p 8099 -h /etc; sleep 1000"))
      await expect
        .poll(
          async () =>
            (await harness.run({ ...script(fetchScript("127.0.0.1", 8099)), network: { kind: "container", container: first.id } })).stdout,
        )
        .toContain("hello from the image")
    })

    it("shares pids, and shows with whom", async (context) => {
      harness.needs(context, "namespaces")
      const first = await harness.start()
      const second = await harness.start({ pidNamespace: { kind: "container", container: first.id } })
      expect((await harness.exec(second.id, ["ps", "-o", "args"])).stdout).toContain("trap")
      const report = await harness.engine.containers.namespaces(second.id)
      expect(report.namespaces.find((namespace) => namespace.kind === "pid")).toMatchObject({
        sharing: "container",
        sharedWith: [first.id],
      })
    })

    it("with one that does not run is refused", async () => {
      const first = await harness.create()
      const second = await harness.create({ network: { kind: "container", container: first.id } })
      await expectRefusal(harness.engine.containers.start(second.id), "conflict")
    })

    it("with another tenant's container is refused", async () => {
      const first = await harness.start({ tenant: "tenant-a" })
      await expectRefusal(
        harness.create({ tenant: "tenant-b", network: { kind: "container", container: first.id } }),
        "not_found",
        "permission_denied",
      )
    })
  })

  describe("a tenant", () => {
    const refused: [string, Parameters<Harness["create"]>[0]][] = [
      ["a privileged container", { privileged: true }],
      ["a path of the host", { mounts: [{ kind: "bind", source: "/etc", target: "/host" }] }],
      ["the host's network", { network: { kind: "host" } }],
      ["the host's processes", { pidNamespace: { kind: "host" } }],
      ["the host's user ids", { userNamespace: { kind: "host" } }],
      ["no seccomp", { seccomp: "unconfined" }],
      ["more capabilities", { capabilitiesAdd: ["SYS_ADMIN"] }],
    ]
    it.each(refused)("never gets %s", async (_, spec) => {
      await expectRefusal(harness.create({ tenant: "acme", ...spec }), "permission_denied")
    })
  })
}
