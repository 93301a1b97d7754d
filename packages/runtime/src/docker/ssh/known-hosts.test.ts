import { createHmac } from "node:crypto"
import { expect, it } from "vitest"
import { knownKeys } from "./known-hosts.js"

const key = Buffer.from("a key").toString("base64")
const other = Buffer.from("another").toString("base64")
const keysOf = (text: string, host: string, port?: number) =>
  knownKeys(text, { host, ...(port !== undefined && { port }) }).map((known) => `${known.type} ${known.key.toString()}`)

it("knows a host by name, address, pattern and port, and leaves out what is negated", () => {
  const text = [
    "# a comment",
    `dock.example,10.0.0.2 ssh-ed25519 ${key} comment`,
    `[dock.example]:2222 ssh-rsa ${other}`,
    `*.inside,!secret.inside ecdsa-sha2-nistp256 ${key}`,
    "broken",
  ].join("\n")
  expect(keysOf(text, "Dock.Example")).toEqual(["ssh-ed25519 a key"])
  expect(keysOf(text, "10.0.0.2", 22)).toEqual(["ssh-ed25519 a key"])
  expect(keysOf(text, "dock.example", 2222)).toEqual(["ssh-rsa another"])
  expect(keysOf(text, "a.inside")).toEqual(["ecdsa-sha2-nistp256 a key"])
  expect(keysOf(text, "secret.inside")).toEqual([])
  expect(keysOf(text, "dockXexample")).toEqual([])
})

it("knows hashed names, and not what was revoked or signs for others", () => {
  const salt = Buffer.from("12345678901234567890")
  const hash = createHmac("sha1", salt).update("[dock.example]:2222").digest("base64")
  const hashed = `|1|${salt.toString("base64")}|${hash} ssh-ed25519 ${key}`
  expect(keysOf(hashed, "dock.example", 2222)).toEqual(["ssh-ed25519 a key"])
  expect(keysOf(hashed, "dock.example")).toEqual([])
  expect(keysOf(`${hashed}\n@revoked * ssh-ed25519 ${key}`, "dock.example", 2222)).toEqual([])
  expect(keysOf(`@cert-authority *.example ssh-ed25519 ${key}`, "dock.example")).toEqual([])
})
