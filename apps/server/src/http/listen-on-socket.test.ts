import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Fastify from "fastify"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { listenOnSocket } from "./listen-on-socket.js"

let directory: string
const apps: ReturnType<typeof Fastify>[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-socket-"))
})
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
  rmSync(directory, { recursive: true })
})
const make = () => {
  const app = Fastify()
  apps.push(app)
  return app
}

describe("listenOnSocket", () => {
  it("lets its owner and group in, and nobody else", async () => {
    const path = join(directory, "server.sock")
    await listenOnSocket(make(), { path, gid: process.getgid?.() })
    expect(statSync(path).mode & 0o777).toBe(0o660)
  })

  it("replaces what a crash left, and never another server's", async () => {
    const path = join(directory, "server.sock")
    writeFileSync(path, "")
    await listenOnSocket(make(), { path, gid: undefined })
    await expect(listenOnSocket(make(), { path, gid: undefined })).rejects.toThrow("Another server is running")
  })

  it("refuses a path that the kernel would cut", async () => {
    await expect(listenOnSocket(make(), { path: `/tmp/${"x".repeat(110)}`, gid: undefined })).rejects.toThrow("longer than 107 bytes")
  })
})
