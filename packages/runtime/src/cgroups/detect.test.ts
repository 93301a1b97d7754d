import { describe, expect, it } from "vitest"
import { parseMounts } from "../kernel/mount-table.js"
import { chooseControllers } from "./choose-controllers.js"
import { detectCgroups } from "./detect.js"

const mountOf = (target: string, type: string, options: string, root = "/"): string =>
  `33 31 0:30 ${root} ${target} rw,relatime - ${type} cgroup ${options}`
const detect = (...lines: string[]) => detectCgroups(parseMounts(lines.join("\n")))

describe("detectCgroups", () => {
  it("a host with one v2 hierarchy is v2", () => {
    expect(detect(mountOf("/nonexistent/cgroup", "cgroup2", "rw,nsdelegate"))).toMatchObject({
      version: "v2",
      v1: [],
      unified: { version: 2, mount: "/nonexistent/cgroup" },
    })
  })

  it("v1 controllers may share a hierarchy or have one each", () => {
    const layout = detect(
      mountOf("/c/cpu,cpuacct", "cgroup", "rw,cpu,cpuacct"),
      mountOf("/c/memory", "cgroup", "rw,memory"),
      mountOf("/c/systemd", "cgroup", "rw,xattr,name=systemd"),
    )
    expect(layout).toEqual({
      version: "v1",
      v1: [
        { version: 1, mount: "/c/cpu,cpuacct", controllers: ["cpu", "cpuacct"] },
        { version: 1, mount: "/c/memory", controllers: ["memory"] },
        { version: 1, mount: "/c/systemd", controllers: [] },
      ],
      unified: undefined,
    })
    expect(chooseControllers(layout).map(({ name, hierarchy }) => [name, hierarchy.mount])).toEqual([
      ["memory", "/c/memory"],
      ["cpu", "/c/cpu,cpuacct"],
      ["cpuacct", "/c/cpu,cpuacct"],
    ])
  })

  it("v1 controllers with a v2 hierarchy beside them are hybrid, and each controller is taken from where it is", () => {
    const layout = detect(mountOf("/c/memory", "cgroup", "rw,memory"), mountOf("/c/unified", "cgroup2", "rw"))
    expect(layout.version).toBe("hybrid")
    const mixed = chooseControllers({ ...layout, unified: { version: 2, mount: "/c/unified", controllers: ["pids", "io"] } })
    expect(mixed.map(({ name, hierarchy }) => [name, hierarchy.version])).toEqual([
      ["memory", 1],
      ["pids", 2],
      ["io", 2],
    ])
  })

  it("only a v1 hierarchy that names groups does not make a host v1", () => {
    expect(detect(mountOf("/c/systemd", "cgroup", "rw,name=systemd"), mountOf("/c", "cgroup2", "rw")).version).toBe("v2")
  })

  it("a hierarchy that is mounted twice, or only in part, counts once", () => {
    const layout = detect(
      mountOf("/part", "cgroup", "rw,memory", "/docker/1"),
      mountOf("/c/memory", "cgroup", "rw,memory"),
      mountOf("/again", "cgroup", "rw,memory"),
    )
    expect(layout.v1.map(({ mount }) => mount)).toEqual(["/c/memory"])
  })

  it("nothing mounted is none", () => {
    expect(detect("22 1 0:20 / /proc rw - proc proc rw").version).toBe("none")
  })
})
