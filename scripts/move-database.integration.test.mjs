import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest"
import { findPostgresql } from "./lib/find-postgresql.mjs"
import { openOperatorClient } from "./lib/operator-client.mjs"
import { repository } from "./lib/repository.mjs"
import { runCommand } from "./lib/run-command.mjs"
import { productUnderTest } from "./testing/product-under-test.mjs"

describe("npm run move-database", () => {
  let product
  beforeEach(async () => {
    product = await productUnderTest("move")
  })
  afterEach(() => product.remove())

  it("takes a console from its file to PostgreSQL, where npm start finds all of it, and back", async () => {
    const file = `file:${join(product.dataDirectory, "console.db")}`
    const postgresql = await emptyDatabase()
    await product.start()
    const { id } = await openOperatorClient(product).mutate("plans.create", { name: "Berth", terms })
    await openOperatorClient(product).mutate("tenants.create", { tenant: "acme", title: "Acme Shops", plan: id })
    expect(await move(file, postgresql), "while the console runs").toContain("Stop that first")
    await product.stop()
    expect(await move(file, postgresql)).toContain("rows in")

    await product.start({ DATABASE_URL: postgresql })
    expect(await tenants()).toEqual([["acme", "Acme Shops", "Berth"]])
    await openOperatorClient(product).mutate("tenants.create", { tenant: "beta", title: "Beta Ltd", plan: id })
    await product.stop()
    expect(await move(postgresql, file), "over what is there").toContain("--replace")
    expect(await move(postgresql, file, "--replace")).toContain("rows in")

    await product.start()
    expect(await tenants()).toEqual([
      ["acme", "Acme Shops", "Berth"],
      ["beta", "Beta Ltd", "Berth"],
    ])
    await product.stop()
    await product.purge()
  })

  async function tenants() {
    const rows = await openOperatorClient(product).query("tenants.list")
    return rows.filter(({ plan }) => plan !== null).map(({ name, title, plan }) => [name, title, plan.name])
  }
})

const terms = {
  memoryGuaranteedBytes: 2 ** 20,
  memoryMaxBytes: 2 ** 26,
  cpuGuaranteedCores: 0,
  cpuMaxCores: 0.1,
  cpuWeight: 100,
  pidsMax: 100,
  containers: 2,
  volumes: 1,
  networks: 1,
  publicPorts: 0,
  tokens: 0,
  diskBytes: 0,
  ociRuntimes: [],
}

/** The address of a new database without any tables. */
async function emptyDatabase() {
  const any = inject("postgresql")
  const name = `moved_${process.pid}_${Date.now()}`
  const { code, output } = await runCommand(join(dirname(findPostgresql()), "psql"), [
    "-d",
    any,
    "-c",
    `CREATE DATABASE ${name} TEMPLATE template0`,
  ])
  expect(code, output).toBe(0)
  return any.replace("/postgres?", `/${name}?`)
}

/** What the command printed. */
async function move(from, to, ...more) {
  const args = ["run", "move-database", "--", "--from", from, "--to", to, ...more]
  return (await runCommand("npm", args, { cwd: repository })).output
}
