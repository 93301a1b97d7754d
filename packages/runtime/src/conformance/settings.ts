import { describe, expect, it } from "vitest"
import { expectRefusal, type Harness, idle, script } from "./harness.js"

export function settingsConformance(harness: Harness): void {
  describe("what a process sees", () => {
    it("takes command, environment and directory from the image", async () => {
      const { id } = await harness.engine.containers.create({ image: harness.image })
      try {
        await harness.engine.containers.start(id)
        await harness.engine.containers.wait(id)
        expect(await harness.output(id)).toBe("from the image\n")
      } finally {
        await harness.engine.containers.remove(id, { force: true })
      }
      expect(await harness.shell("echo $FROM_IMAGE $PWD")).toBe("yes /work")
    })

    it("environment of its own is added and wins", async () => {
      expect(await harness.shell("echo $FROM_IMAGE $OWN", { environment: ["FROM_IMAGE=changed", "OWN=a=b c"] })).toBe("changed a=b c")
    })

    it("entrypoint and command are joined", async () => {
      expect((await harness.run({ entrypoint: ["/bin/echo", "-n"], command: ["a b", "$HOME", "--"] })).stdout).toBe("a b $HOME --")
    })

    it("a working directory that is not there is made", async () => {
      expect(await harness.shell("pwd", { workingDirectory: "/not/there/yet" })).toBe("/not/there/yet")
    })

    it.each([
      ["app", "1000:1001 1001 2000"],
      ["app:root", "1000:0 0"],
      ["1000", "1000:1001 1001 2000"],
      ["1234", "1234:0 0"],
      ["1234:77", "1234:77 77"],
    ])("user %s is %s", async (user, expected) => {
      expect((await harness.shell("echo $(id -u):$(id -g) $(id -G | tr ' ' '\\n' | sort -n | tr '\\n' ' ')", { user })).trim()).toBe(
        expected,
      )
    })

    it("an unknown user is refused", async () => {
      const { id } = await harness.create({ user: "nobody-of-that-name" })
      await expectRefusal(harness.engine.containers.start(id), "invalid_argument", "not_found", "runtime_failed")
      expect((await harness.engine.containers.inspect(id)).state.status).not.toBe("running")
    })

    it("hostname, hosts file and resolver are its own", async () => {
      expect(await harness.shell("hostname; cat /etc/hostname", { hostname: "ship-7" })).toBe("ship-7\nship-7")
      const hosts = await harness.shell("cat /etc/hosts", { extraHosts: { "db.internal": "10.1.2.3" }, hostname: "ship-7" })
      for (const line of [/^127\.0\.0\.1\s+localhost/m, /^10\.1\.2\.3\s+db\.internal/m]) expect(hosts).toMatch(line)
      expect(await harness.shell("cat /etc/resolv.conf", { dns: ["192.0.2.53"] })).toContain("nameserver 192.0.2.53")
    })

    it("labels are kept and shown", async () => {
      expect((await harness.create({ labels: { a: "1", "with.dots": "x y" } })).labels).toMatchObject({ a: "1", "with.dots": "x y" })
    })

    it("a tmpfs is empty, has its size and forgets", async () => {
      const { id } = await harness.create({
        ...script("ls /scratch | wc -l; df -k /scratch | tail -1 | awk '{print $2}'; echo x > /scratch/x"),
        mounts: [{ kind: "tmpfs", target: "/scratch", sizeBytes: 4 << 20 }],
      })
      for (let run = 0; run < 2; run++) {
        await harness.engine.containers.start(id)
        await harness.engine.containers.wait(id)
      }
      expect(await harness.output(id)).toBe("0\n4096\n0\n4096\n")
    })

    it("a read-only root takes no writes, its tmpfs does", async () => {
      expect(
        await harness.shell("touch /x 2>/dev/null || echo refused; touch /scratch/x && echo taken", {
          readOnlyRoot: true,
          mounts: [{ kind: "tmpfs", target: "/scratch" }],
        }),
      ).toBe("refused\ntaken")
    })

    it("/dev/shm has its size", async () => {
      expect(await harness.shell("df -k /dev/shm | tail -1 | awk '{print $2}'", { shmSizeBytes: 8 << 20 })).toBe("8192")
    })

    it("ulimits hold", async () => {
      expect(
        await harness.shell("ulimit -n; ulimit -Hn; ulimit -c", {
          ulimits: [
            { name: "nofile", soft: 123, hard: 456 },
            { name: "core", soft: 0, hard: 0 },
            // Said too because Podman adds one that a host without CAP_SYS_RESOURCE may not give.
            { name: "nproc", soft: 10_000, hard: 10_000 },
          ],
        }),
      ).toBe("123\n456\n0")
    })

    it("namespaced sysctls hold, others are refused", async () => {
      expect(
        await harness.shell("cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/msgmax", {
          sysctls: { "net.ipv4.ip_unprivileged_port_start": "77", "kernel.msgmax": "12345" },
        }),
      ).toBe("77\n12345")
      await expectRefusal(
        harness.create({ sysctls: { "kernel.core_pattern": "|/bin/sh" } }),
        "invalid_argument",
        "unsupported",
        "permission_denied",
      )
      await expectRefusal(harness.create({ sysctls: { "vm.swappiness": "0" } }), "invalid_argument", "unsupported", "permission_denied")
    })

    it("a command that is not there, or is no program, leaves a container that says so", async () => {
      for (const [command, code] of [
        ["/no/such/program", 127],
        ["/not-executable", 126],
      ] as const) {
        const { id } = await harness.create({ command: [command], init: false })
        await expectRefusal(harness.engine.containers.start(id), "command_not_found")
        expect((await harness.engine.containers.inspect(id)).state).toMatchObject({ status: "exited", exitCode: code })
      }
    })

    it("an init reaps zombies and hands signals on", async () => {
      const { id } = await harness.start({
        init: true,
        ...script(
          "trap 'exit 11' TERM; (sleep 0.01 & exec true); sleep 0.2; echo zombies=$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l); while :; do sleep 1000 & wait $!; done",
        ),
      })
      await expect.poll(() => harness.output(id)).toContain("zombies=0")
      await harness.engine.containers.stop(id)
      expect((await harness.engine.containers.inspect(id)).state).toMatchObject({ status: "exited", exitCode: 11 })
    })

    it("without an init its command is pid 1", async () => {
      expect(await harness.shell("echo $$", { init: false })).toBe("1")
    })
  })

  describe("a malformed request", () => {
    const malformed: [string, Parameters<Harness["create"]>[0]][] = [
      ["a name with a slash", { name: "a/b" }],
      ["a name like an option", { name: "--rm" }],
      ["a name of 64 KiB", { name: "x".repeat(65536) }],
      ["a name with a newline", { name: "a\nb" }],
      ["a tenant with capitals", { tenant: "Acme" }],
      ["a tenant that climbs", { tenant: "../x" }],
      ["an environment entry without =", { environment: ["NOVALUE"] }],
      ["an environment entry with NUL", { environment: ["A=b\0c"] }],
      ["a command with NUL", { command: ["/bin/sh\0"] }],
      ["a relative working directory", { workingDirectory: "work" }],
      ["a hostname with a space", { hostname: "a b" }],
      ["port 0", { ports: [{ containerPort: 0, protocol: "tcp" }] }],
      ["port 65536", { ports: [{ containerPort: 80, protocol: "tcp", hostPort: 65536 }] }],
      ["a publish address that is none", { ports: [{ containerPort: 80, protocol: "tcp", hostAddress: "localhost; rm -rf /" }] }],
      ["a mount target that is relative", { mounts: [{ kind: "tmpfs", target: "x" }] }],
      ["a mount on the root", { mounts: [{ kind: "tmpfs", target: "/" }] }],
      ["a volume name that climbs", { mounts: [{ kind: "volume", volume: "../../etc", target: "/x" }] }],
      ["an unknown capability", { capabilitiesAdd: ["CAP_EVERYTHING"] }],
      ["an unknown stop signal", { stopSignal: "SIGNOPE" }],
      ["an unknown ulimit", { ulimits: [{ name: "nope", soft: 1, hard: 1 }] }],
      ["a negative memory limit", { limits: { memoryMaxBytes: -1 } }],
      ["half a process", { limits: { pidsMax: 1.5 } }],
      ["a list of CPUs that is none", { limits: { cpusetCpus: "0-; reboot" } }],
      ["an OCI runtime that is a path", { ociRuntime: "/bin/sh" }],
    ]
    it.each(malformed)("%s is refused, and nothing is left", async (_, spec) => {
      const before = (await harness.engine.containers.list()).length
      await expectRefusal(harness.create({ command: idle, ...spec }), "invalid_argument", "limit_unsupported", "unsupported", "not_found")
      expect(await harness.engine.containers.list()).toHaveLength(before)
    })
  })
}
