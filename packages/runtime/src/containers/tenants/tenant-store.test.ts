import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { FIRST_ID, IDS_PER_TENANT, TenantStore } from "./tenant-store.js"

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "tenants-"))
  path = join(directory, "tenants.json")
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

describe("TenantStore", () => {
  it("gives ranges that never overlap, also to a hundred tenants at once", async () => {
    const store = await TenantStore.open(path)
    await Promise.all(Array.from({ length: 100 }, (_, index) => store.ensure(`t${index}`)))
    const bases = store
      .list()
      .map(({ idRange }) => idRange.uidBase)
      .sort((left, right) => left - right)
    expect(bases).toEqual(Array.from({ length: 100 }, (_, index) => FIRST_ID + index * IDS_PER_TENANT))
  })

  it("takes no name for one that every object has", async () => {
    const store = await TenantStore.open(path)
    expect(store.get("constructor")).toBeUndefined()
    const { idRange } = await store.ensure("constructor")
    expect(idRange).toEqual({ uidBase: FIRST_ID, gidBase: FIRST_ID, size: IDS_PER_TENANT })
    expect((await TenantStore.open(path)).get("constructor")?.idRange).toEqual(idRange)
  })

  it("keeps a tenant's range over a restart and with new limits", async () => {
    const first = await TenantStore.open(path)
    await first.ensure("other")
    const { idRange } = await first.ensure("acme")
    await first.setLimits("acme", { pidsMax: 7 })
    const second = await TenantStore.open(path)
    expect(await second.ensure("acme")).toEqual({ name: "acme", idRange, limits: { pidsMax: 7 } })
  })

  it("never gives a removed tenant's range to anybody", async () => {
    const store = await TenantStore.open(path)
    const gone = await store.ensure("gone")
    await store.remove("gone")
    const reopened = await TenantStore.open(path)
    const again = await reopened.ensure("gone")
    expect(again.idRange.uidBase).toBe(gone.idRange.uidBase + IDS_PER_TENANT)
  })

  it("refuses a damaged list instead of beginning anew", async () => {
    await writeFile(path, "{")
    await expect(TenantStore.open(path)).rejects.toMatchObject({ code: "state_corrupt" })
    expect(await readFile(path, "utf8")).toBe("{")
  })
})
