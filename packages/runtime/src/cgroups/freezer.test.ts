import { expect, it } from "vitest"
import { systemClock } from "../kernel/clock.js"
import { SystemCallError } from "../kernel/system-call-error.js"
import { setFrozen } from "./freezer.js"

const ENOENT = 2
const ENODEV = 19

it.each([ENOENT, ENODEV])("a group that goes while it is waited for is not_found, not an error of the system (%i)", async (errno) => {
  let looks = 0
  const freezer = {
    group: (path: string) => path,
    request: () => undefined,
    reached: () => {
      if (++looks > 2) throw new SystemCallError("read", errno)
      return false
    },
    requested: () => true,
  }
  const thawing = setFrozen({ freezer, relativePath: "/group", frozen: false, clock: systemClock, deadlineMs: 5000 })
  await expect(thawing).rejects.toMatchObject({ code: "not_found" })
})
