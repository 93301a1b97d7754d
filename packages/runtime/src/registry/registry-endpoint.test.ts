import { expect, test } from "vitest"
import { endpointsOf } from "./registry-endpoint.js"

const bases = (...call: Parameters<typeof endpointsOf>) => endpointsOf(...call).map(({ base }) => base.href)

test("TLS everywhere but on loopback and where the settings say otherwise", () => {
  expect(bases("registry.example.com:5000", {})).toEqual(["https://registry.example.com:5000/"])
  expect(bases("localhost:5000", {})).toEqual(["http://localhost:5000/"])
  expect(bases("[::1]:5000", {})).toEqual(["http://[::1]:5000/"])
  expect(bases("10.0.0.1:5000", {})).toEqual(["https://10.0.0.1:5000/"])
  expect(bases("10.0.0.1:5000", { plainHttp: ["10.0.0.1:5000"] })).toEqual(["http://10.0.0.1:5000/"])
  expect(bases("docker.io", {})).toEqual(["https://registry-1.docker.io/"])
})

test("a host that no address can be made of is invalid_reference", () => {
  for (const domain of ["localhost:99999", "300.300.300.300"])
    expect(() => endpointsOf(domain, {}), domain).toThrow(expect.objectContaining({ code: "invalid_reference" }))
})

test("mirrors come first, in their order, and only the registry itself is its origin", () => {
  const settings = { mirrors: { "docker.io": ["https://one.test", "http://two.test/hub"] } }
  expect(bases("docker.io", settings)).toEqual(["https://one.test/", "http://two.test/hub/", "https://registry-1.docker.io/"])
  expect(endpointsOf("docker.io", settings).map(({ origin }) => origin)).toEqual([false, false, true])
  expect(bases("quay.io", settings)).toEqual(["https://quay.io/"])
})

test.each(["mirror.test", "ftp://mirror.test", "https://user:secret@mirror.test", "https://mirror.test/?x=1", ""])(
  "“%s” is no mirror",
  (mirror) => {
    expect(() => endpointsOf("a.test", { mirrors: { "a.test": [mirror] } })).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  },
)
