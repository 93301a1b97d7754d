import { describe, expect, it } from "vitest"
import { parseMounts } from "../kernel/mount-table.js"
import { externalMounts } from "./external-mounts.js"

const host = parseMounts(
  "30 1 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n31 1 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
)
const own = new Set(["/proc", "/dev/shm", "/proc/sys", "/sys/fs/cgroup"])
const find = (text: string, bound: string[] = []) => externalMounts({ mounts: parseMounts(text), host, bound: new Set(bound), own })

describe("mounts that come from outside of a container", () => {
  it("are its binds, whatever file system they are of, without a source of their own", () => {
    const text =
      "81 49 0:40 / / rw - overlay overlay rw\n78 81 254:0 /data/hosts /etc/hosts rw - ext4 /dev/vda rw\n79 81 0:50 /x /run/x rw - tmpfs tmpfs rw"
    expect(find(text, ["/etc/hosts", "/run/x"])).toEqual([
      { key: "m0", target: "/etc/hosts" },
      { key: "m1", target: "/run/x" },
    ])
  })

  it("are device nodes, and files that one of them masks", () => {
    expect(find("99 83 0:6 /null /dev/null rw - devtmpfs devtmpfs rw\n107 82 0:6 /null /proc/keys ro - devtmpfs devtmpfs rw")).toEqual([
      { key: "m0", target: "/dev/null", source: "/dev/null" },
      { key: "m1", target: "/proc/keys", source: "/dev/null" },
    ])
  })

  it("are its groups of cgroup v1, where the host has them, and not cgroup2", () => {
    const text =
      "95 88 0:33 /plimsoll/a/b /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n96 88 0:28 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw"
    expect(find(text)).toEqual([{ key: "m0", target: "/sys/fs/cgroup/memory", source: "/sys/fs/cgroup/memory/plimsoll/a/b" }])
  })

  it("are none of what it has to itself", () => {
    expect(
      find("82 81 0:43 / /proc rw - proc proc rw\n85 83 0:46 / /dev/shm rw - tmpfs shm rw\n113 82 0:43 /sys /proc/sys ro - proc proc rw"),
    ).toEqual([])
  })

  it("are refused when nobody could make them again, and when CRIU would misread their names", () => {
    expect(() => find("78 81 254:0 /x /mnt rw - ext4 /dev/vda rw")).toThrow(expect.objectContaining({ code: "unsupported" }))
    expect(() => find("79 81 0:50 / /run/x rw - tmpfs tmpfs rw"), "a tmpfs of the host").toThrow(
      expect.objectContaining({ code: "unsupported" }),
    )
    expect(() => find("78 81 254:0 /x /a]b rw - ext4 /dev/vda rw", ["/a]b"])).toThrow(expect.objectContaining({ code: "unsupported" }))
  })
})
