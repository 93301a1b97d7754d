import { existsSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { openOperatorClient } from "./lib/operator-client.mjs"
import { productUnderTest } from "./testing/product-under-test.mjs"

describe("npm start", () => {
  let product
  beforeEach(async () => {
    product = await productUnderTest("start")
  })
  afterEach(() => product.remove())

  it("ends its first start with a starter image; purge takes all of it away, so that the next start is a first one", async () => {
    const output = await product.start()
    expect(output()).toContain("The starter image is there")
    const images = await openOperatorClient(product).query("images.list")
    expect(images.flatMap(({ references }) => references)).toContainEqual(expect.stringContaining("plimsoll/starter"))
    await product.stop()
    await product.purge()
    for (const directory of [product.dataDirectory, product.runDirectory]) expect(existsSync(directory), directory).toBe(false)
  })

  it("stops web and server when npm itself is told to, as `timeout npm start` and service managers do", async () => {
    const output = await product.start()
    await product.stop()
    expect(output()).toContain("Stopped")
    expect(existsSync(join(product.runDirectory, "instance.json"))).toBe(false)
    await product.purge()
  })
})
