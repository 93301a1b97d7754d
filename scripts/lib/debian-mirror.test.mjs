import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { debianMirror } from "./debian-mirror.mjs"

describe("the mirror that the host's apt uses", () => {
  let directory
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "apt-"))
    mkdirSync(join(directory, "sources.list.d"))
  })
  afterEach(() => rmSync(directory, { recursive: true }))
  const write = (path, text) => writeFileSync(join(directory, path), text)

  it("is read from stanzas, past security updates, sources and other people's archives", () => {
    write("sources.list.d/a.list", "deb [arch=amd64] https://deb.example.com/node nodistro main\n")
    write(
      "sources.list.d/debian.sources",
      `Types: deb
URIs: http://mirror.example.org/debian-security
Suites: bookworm-security
Components: main

Types: deb-src
URIs: http://sources.example.org/debian
Suites: bookworm
Components: main

Types: deb deb-src
# http://snapshot.example.org/debian
URIs: http://mirror.example.org/debian
Suites: bookworm bookworm-updates
Components: main non-free-firmware
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
`,
    )
    expect(debianMirror(directory)).toBe("http://mirror.example.org/debian")
  })

  it("is read from lines, less what is commented out", () => {
    write(
      "sources.list",
      "# deb http://old.example.org/debian bookworm main\ndeb [signed-by=/k.gpg] https://mirror.example.org/debian/ bookworm main contrib\n",
    )
    expect(debianMirror(directory)).toBe("https://mirror.example.org/debian/")
  })

  it("is unknown where apt uses none", () => {
    write("sources.list", "deb http://archive.ubuntu.com/ubuntu noble main\n")
    expect(debianMirror(directory)).toBeUndefined()
  })
})
