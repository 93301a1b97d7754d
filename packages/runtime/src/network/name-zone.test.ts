import { expect, it } from "vitest"
import { type NamedNetwork, renderZone } from "./name-zone.js"

const network: NamedNetwork = {
  name: "front",
  bridge: "plabcdef-1",
  gateway: "10.201.0.1",
  internal: false,
  containers: new Map([["c1", { containerId: "c1", address: "10.201.0.2", names: ["Web", "c1", "web"] }]]),
}

it("a zone has the gateway, its generation, and a line a container with each name once, in small letters", () => {
  expect(renderZone(network, "generation-7")).toBe("10.201.0.1\ngeneration-7 10.201.0.1  gateway,generation-7\nc1 10.201.0.2  web,c1\n")
})

it("of an internal network's containers nothing is forwarded", () => {
  for (const line of renderZone({ ...network, internal: true }, "generation-7")
    .trim()
    .split("\n")
    .slice(1))
    expect(line).toMatch(/ 255\.255\.255\.255$/)
})
