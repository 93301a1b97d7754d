import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { startProduct } from "./product.mjs"
import { readSettings } from "./settings.mjs"

describe("starting the product", () => {
  let directory
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "plimsoll-product-"))
    chmodSync(directory, 0o711)
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it("says which variable to set where a directory cannot be made", async () => {
    writeFileSync(join(directory, "file"), "")
    const settings = readSettings({
      PLIMSOLL_DATA_DIR: join(directory, "file/data"),
      PLIMSOLL_RUN_DIR: join(directory, "run"),
      PORT: "65021",
    })
    await expect(startProduct({ settings })).rejects.toThrow(
      `The directory ${join(directory, "file/data")} cannot be made (ENOTDIR). Choose another place: PLIMSOLL_DATA_DIR=/a/path npm start`,
    )
  })
})
