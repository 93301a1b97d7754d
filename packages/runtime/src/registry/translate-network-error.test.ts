import { request } from "undici"
import { expect, test } from "vitest"
import { startLoopbackRegistry } from "../conformance/loopback-registry.js"
import { translateNetworkError } from "./translate-network-error.js"

test("a registry of plain HTTP that is asked with TLS is told from one that is away, with what mends it", async () => {
  const registry = await startLoopbackRegistry()
  try {
    const error = await request(`https://${registry.host}/v2/`).catch((caught: unknown) => caught)
    expect(translateNetworkError(error, registry.host)).toMatchObject({
      code: "registry_unavailable",
      publicMessage: expect.stringContaining("mark it as one of plain HTTP"),
    })
  } finally {
    await registry.close()
  }
})
