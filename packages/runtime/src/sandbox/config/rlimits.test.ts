import { describe, expect, test } from "vitest"
import { ociRlimits, readRlimitCeiling, UNLIMITED } from "./rlimits.js"
import { serializeConfig } from "./serialize-config.js"

const ceiling = { hard: { nofile: 20_000, core: UNLIMITED }, mayRaise: false }

describe("ulimits", () => {
  test("open files have a default of their own, within what this process may give", () => {
    expect(ociRlimits([], ceiling)).toEqual([{ type: "RLIMIT_NOFILE", soft: 20_000, hard: 20_000 }])
    expect(ociRlimits([], { hard: { nofile: UNLIMITED }, mayRaise: false })).toEqual([
      { type: "RLIMIT_NOFILE", soft: 65_536, hard: 1_048_576 },
    ])
  })

  test("above this process's hard limit they are refused, unless it may raise them", () => {
    const asked = [{ name: "nofile", soft: 10, hard: 30_000 }]
    expect(() => ociRlimits(asked, ceiling)).toThrow(
      expect.objectContaining({ code: "limit_unsupported", facts: { ulimit: "nofile", asked: 30_000, highest: 20_000 } }),
    )
    expect(ociRlimits(asked, { ...ceiling, mayRaise: true })).toEqual([{ type: "RLIMIT_NOFILE", soft: 10, hard: 30_000 }])
  })

  test.each([
    [{ name: "nofiles", soft: 1, hard: 1 }],
    [{ name: "constructor", soft: 1, hard: 1 }],
    [{ name: "core", soft: 2, hard: 1 }],
    [{ name: "core", soft: -2, hard: 1 }],
    [{ name: "core", soft: 0.5, hard: 1 }],
    [{ name: "core", soft: Number.NaN, hard: 1 }],
  ])("%j is invalid_argument", (ulimit) => {
    expect(() => ociRlimits([ulimit], ceiling)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })

  test("-1 becomes RLIM_INFINITY in the configuration, and no other number or text is touched", () => {
    const rlimits = ociRlimits([{ name: "RLIMIT_CORE", soft: 0, hard: -1 }], ceiling)
    const text = serializeConfig({ rlimits, env: [`A="hard":${UNLIMITED}`], size: UNLIMITED })
    expect(text).toContain('{"type":"RLIMIT_CORE","soft":0,"hard":18446744073709551615}')
    expect(JSON.parse(text)).toMatchObject({ env: [`A="hard":${UNLIMITED}`], size: UNLIMITED })
  })

  test("the ceiling is read from the kernel", () => {
    const { hard } = readRlimitCeiling()
    expect(Object.keys(hard).sort()).toEqual([
      "as",
      "core",
      "cpu",
      "data",
      "fsize",
      "locks",
      "memlock",
      "msgqueue",
      "nice",
      "nofile",
      "nproc",
      "rss",
      "rtprio",
      "rttime",
      "sigpending",
      "stack",
    ])
    expect(hard.nofile).toBeGreaterThan(0)
  })
})
