import { describe, expect, it } from "vitest"
import { resolveUser } from "./resolve-user.js"

const files = {
  passwd:
    "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/var/www:/bin/false\n# comment\nbroken\nhuge:x:99999999:1::/:\n1000:x:7:7::/home/odd:",
  group: "root:x:0:\nwww:x:33:\naudio:x:29:www,other\nvideo:x:44:www\n",
}

describe("resolveUser", () => {
  it.each([
    ["", { uid: 0, gid: 0, additionalGids: [], home: "/root" }],
    ["www", { uid: 33, gid: 33, additionalGids: [29, 44], home: "/var/www" }],
    ["33", { uid: 33, gid: 33, additionalGids: [29, 44], home: "/var/www" }],
    ["www:audio", { uid: 33, gid: 29, additionalGids: [], home: "/var/www" }],
    ["www:12", { uid: 33, gid: 12, additionalGids: [], home: "/var/www" }],
    ["4000", { uid: 4000, gid: 0, additionalGids: [], home: "/" }],
    ["1000", { uid: 7, gid: 7, additionalGids: [], home: "/home/odd" }],
  ])("%j", (user, expected) => {
    expect(resolveUser(user, files)).toEqual(expected)
  })

  it("needs no files for numbers", () => {
    expect(resolveUser("5:6", { passwd: undefined, group: undefined })).toEqual({ uid: 5, gid: 6, additionalGids: [], home: "/" })
  })

  it.each(["nobody-here", "huge", "www:nogroup", "70000", "0:99999999999"])("refuses %j", (user) => {
    expect(() => resolveUser(user, files)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })
})
