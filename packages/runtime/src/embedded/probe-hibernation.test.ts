import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { CgroupLayout } from "../cgroups/hierarchy.js"
import { EngineError } from "../errors.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { findCriu, fitsKernel, type HibernationFacts, judgeHibernation, probeHibernation, requireCriu } from "./probe-hibernation.js"

const v2: CgroupLayout = {
  version: "v2",
  v1: [],
  unified: { version: 2, mount: "/sys/fs/cgroup", controllers: ["memory", "cpu"] },
}
const fine: HibernationFacts = {
  criu: { path: "/opt/criu", version: "4.2.1" },
  kernel: "6.18.44-amd64",
  architecture: "x64",
  crunWorks: true,
  layout: v2,
  packetSockets: true,
}

describe("the ability to hibernate", () => {
  it("with all that it needs it is there, and says which CRIU does it", () => {
    expect(judgeHibernation(fine)).toMatchObject({
      name: "hibernate",
      status: "available",
      required: false,
      detail: expect.stringContaining("CRIU 4.2.1 at /opt/criu"),
    })
  })

  it.each<[string, Partial<HibernationFacts>, RegExp, string | undefined]>([
    ["no CRIU", { criu: undefined }, /not installed; nothing is installed unasked/, "npm run criu"],
    ["a CRIU that does not run", { criu: { path: "/opt/criu", problem: "ENOENT" } }, /\/opt\/criu does not run: ENOENT\.$/, "npm run criu"],
    ["one too old", { criu: { path: "/opt/criu", version: "4.1.1" } }, /4\.1\.1 .*too old for Linux 6\.18.*4\.2/, "npm run criu"],
    [
      "one whose check fails",
      { criu: { path: "/opt/criu", version: "4.2", problem: "Error (criu/vdso.c:381): no" } },
      /does not work on this kernel: Error \(criu\/vdso\.c:381\): no\.$/,
      "npm run criu",
    ],
    ["no crun", { crunWorks: false }, /no crun that works/, "apt-get install -y --no-install-recommends crun"],
    ["no freezer", { layout: { version: "none", v1: [], unified: undefined } }, /frozen/, expect.stringContaining("mount -t cgroup")],
    ["no packet sockets", { packetSockets: false }, /packet sockets/, "modprobe af_packet"],
    ["another architecture", { architecture: "riscv64" }, /riscv64/, undefined],
  ])("with %s it is missing, with the reason and what mends it", (_, facts, detail, remedy) => {
    const ability = judgeHibernation({ ...fine, ...facts })
    expect(ability).toMatchObject({ status: "missing", detail: expect.stringMatching(detail) })
    expect(ability.remedy).toEqual(remedy)
  })

  it("where CRIU works but nobody tried it is degraded, and says so", () => {
    expect(judgeHibernation({ ...fine, architecture: "arm64" })).toMatchObject({
      status: "degraded",
      detail: expect.stringContaining("x86-64 alone"),
    })
  })
})

it.each([
  ["4.1.1", "6.12.48+deb13-amd64", true],
  ["3.17.1", "6.1.0-30-amd64", false],
  ["3.19", "6.1.0-30-amd64", true],
  ["4.1.1", "6.15.9", true],
  ["4.1.1", "6.16.0-rc1", false],
  ["4.1", "6.18.44", false],
  ["4.2", "6.18.44", true],
  ["4.2.1", "7.0", true],
  ["4.1.1", "7.0", false],
])("CRIU %s on Linux %s: %s", (criu, kernel, fits) => {
  expect(fitsKernel(criu, kernel)).toBe(fits)
})

describe("asking CRIU", () => {
  const answers = (check: { exitCode: number; stderr: string }): SpawnTool => {
    return async (_, args) => ({
      ...(args[0] === "--version" ? { exitCode: 0, stdout: "Version: 99.1\nGitID: v99.1\n", stderr: "" } : { stdout: "", ...check }),
      stdoutBytes: Buffer.alloc(0),
      truncated: false,
    })
  }
  const options = { criu: "/opt/criu", layout: v2, ociRuntimes: [{ name: "crun", version: "1.8.1", path: "/usr/bin/crun", works: true }] }

  it("what its own check says last is the reason", async () => {
    const spawn = answers({ exitCode: 1, stderr: "Warn first\nError (criu/cr-check.c:1): Kernel lacks it\n\n" })
    expect(await probeHibernation({ ...options, spawn })).toMatchObject({
      status: "missing",
      detail: expect.stringContaining("CRIU 99.1 at /opt/criu does not work on this kernel: Error (criu/cr-check.c:1): Kernel lacks it."),
    })
  })

  it("a warning of a check that passes is none", async () => {
    const ability = await probeHibernation({
      ...options,
      spawn: answers({ exitCode: 0, stderr: "Warn  (criu/kerndat.c:1): no iptables\n" }),
    })
    expect(ability.detail).not.toContain("iptables")
    expect(ability.status).toBe(process.arch === "x64" ? "available" : "degraded")
  })

  it("one that cannot be run at all is reported, and does not end the report", async () => {
    const spawn: SpawnTool = () => Promise.reject(new EngineError("deadline_exceeded", { publicMessage: "criu did not finish." }))
    expect(await probeHibernation({ ...options, spawn })).toMatchObject({
      status: "missing",
      detail: expect.stringMatching(/did not finish\.$/),
    })
  })
})

describe("which CRIU an engine uses", () => {
  let data: string
  let beside: string
  const root = (): string => join(data, "engine")
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "find-criu-"))
    beside = join(data, "tools/criu/usr/sbin/criu")
    mkdirSync(dirname(beside), { recursive: true, mode: 0o755 })
    writeFileSync(beside, "#!/bin/sh\n", { mode: 0o755 })
  })
  afterEach(() => rmSync(data, { recursive: true }))

  it("the one beside its root before the distribution's, and before all the one that it was given", () => {
    expect(findCriu({ root: root() })).toBe(beside)
    expect(findCriu({ root: root(), criu: "/opt/criu" })).toBe("/opt/criu")
    expect(requireCriu({ root: root() })).toBe(beside)
  })

  it("none that anybody could have put there", () => {
    chmodSync(join(data, "tools"), 0o777)
    expect(findCriu({ root: root() })).not.toBe(beside)
  })
})
