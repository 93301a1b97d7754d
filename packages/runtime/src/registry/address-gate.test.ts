import type { LookupAddress } from "node:dns"
import { expect, test } from "vitest"
import { AddressGate } from "./address-gate.js"

const v4 = (address: string): LookupAddress => ({ address, family: 4 })

function gateWith(hostname: string, names: Record<string, LookupAddress[]>, configured = false) {
  const gate = new AddressGate({ hostname, configured, resolve: async (name) => names[name] ?? [] })
  const lookup = (name: string) =>
    new Promise<string[]>((resolve, reject) => {
      gate.lookup(name, { all: true }, (error, addresses) => {
        if (error) reject(error)
        else resolve((addresses as LookupAddress[]).map(({ address }) => address))
      })
    })
  return { gate, lookup }
}

const refused = expect.objectContaining({ code: "registry_invalid" })

test("a public registry's redirects reach public addresses alone", async () => {
  const { gate, lookup } = gateWith("registry.test", {
    "registry.test": [v4("203.0.113.1")],
    "cdn.test": [v4("203.0.113.2")],
    "inside.test": [v4("10.0.0.1")],
    "self.test": [v4("127.0.0.1")],
    "metadata.test": [v4("169.254.169.254")],
  })
  expect(await lookup("registry.test")).toEqual(["203.0.113.1"])
  expect(await lookup("cdn.test")).toEqual(["203.0.113.2"])
  for (const name of ["inside.test", "self.test", "metadata.test"]) await expect(lookup(name), name).rejects.toEqual(refused)
  for (const url of [
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://10.0.0.1/",
    "http://169.254.169.254/",
    "http://localhost/",
    "file:///etc/passwd",
  ])
    expect(() => gate.check(new URL(url)), url).toThrow(refused)
})

test("a registry at a private address may redirect within private ones, but not to loopback or metadata", async () => {
  const { gate, lookup } = gateWith("registry.test", {
    "registry.test": [v4("10.0.0.1")],
    "auth.test": [v4("10.0.0.2")],
    "self.test": [v4("127.0.0.1")],
    "metadata.test": [{ address: "fd00:ec2::254", family: 6 }],
  })
  expect(() => gate.check(new URL("http://10.0.0.2/"))).toThrow(refused)
  await lookup("registry.test")
  gate.check(new URL("http://10.0.0.2/"))
  expect(await lookup("auth.test")).toEqual(["10.0.0.2"])
  for (const name of ["self.test", "metadata.test"]) await expect(lookup(name), name).rejects.toEqual(refused)
})

test("one that has public addresses beside private ones is public", async () => {
  const { lookup } = gateWith("registry.test", { "registry.test": [v4("10.0.0.1"), v4("203.0.113.1")], "inside.test": [v4("10.0.0.2")] })
  await lookup("registry.test")
  await expect(lookup("inside.test")).rejects.toEqual(refused)
})

test("a name that turns out to be loopback is refused, unless the settings name it", async () => {
  const names = { "registry.test": [v4("127.0.0.1")] }
  await expect(gateWith("registry.test", names).lookup("registry.test")).rejects.toEqual(refused)
  expect(await gateWith("registry.test", names, true).lookup("registry.test")).toEqual(["127.0.0.1"])
})

test("link-local and metadata addresses are refused even when the settings name them", async () => {
  await expect(gateWith("registry.test", { "registry.test": [v4("169.254.0.9")] }, true).lookup("registry.test")).rejects.toEqual(refused)
  expect(() => gateWith("169.254.169.254", {}, true).gate.check(new URL("http://169.254.169.254/"))).toThrow(refused)
})

test("a name that resolves otherwise the second time goes to its first addresses", async () => {
  const answers = [[v4("203.0.113.1")], [v4("127.0.0.1")]]
  const gate = new AddressGate({ hostname: "registry.test", configured: false, resolve: async () => answers.shift() ?? [] })
  for (let round = 0; round < 2; round++) {
    const address = await new Promise((resolve, reject) => {
      gate.lookup("registry.test", {}, (error, found) => (error ? reject(error) : resolve(found)))
    })
    expect(address).toBe("203.0.113.1")
  }
})
