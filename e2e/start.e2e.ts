import { createServer } from "node:net"
import { callAs, signedInRequest } from "./harness/api.js"
import { expect, test } from "./harness/fixtures.js"
import { runStart, startProduct } from "./harness/product.js"

test("SIGTERM stops it cleanly, containers go on running, and a second start finds them within seconds", async ({ playwright }) => {
  await using product = await startProduct({ password: "correct horse battery staple" })
  const request = await signedInRequest(playwright.request, product)
  const { id } = await callAs<{ id: string }>(request, "containers.create", {
    name: "afloat",
    image: "plimsoll/starter",
    command: ["sleep", "100000"],
  })
  await callAs(request, "containers.start", { id })
  const pidBefore = await pidOf()
  expect(pidBefore).toBeGreaterThan(1)

  expect(await product.stop()).toBe(0)
  expect(product.output()).toContain("containers go on running")
  process.kill(pidBefore, 0)

  const began = Date.now()
  await product.startAgain()
  expect(Date.now() - began).toBeLessThan(30_000)
  expect(product.output()).not.toContain("Building")
  expect(await pidOf()).toBe(pidBefore)

  async function pidOf(): Promise<number> {
    const { state } = await callAs<{ state: { pid: number } }>(request, "containers.inspect", { id }, "query")
    return state.pid
  }
})

test("a port that is taken and an instance that runs already are told in plain words", async ({ product }) => {
  const again = runStart(product.environment)
  expect(await again.exited).toBe(1)
  expect(again.output()).toContain(`Plimsoll runs already at ${product.url}`)

  const squatter = createServer()
  const port = await new Promise<number>((resolve) => {
    squatter.listen(0, "127.0.0.1", () => resolve((squatter.address() as { port: number }).port))
  })
  const elsewhere = {
    PLIMSOLL_RUN_DIR: `${product.environment.PLIMSOLL_RUN_DIR}/second`,
    PLIMSOLL_DATA_DIR: `${product.environment.PLIMSOLL_DATA_DIR}/second`,
  }
  const taken = runStart({ ...product.environment, ...elsewhere, PORT: `${port}` })
  expect(await taken.exited).toBe(1)
  expect(taken.output()).toContain(`Port ${port} at 127.0.0.1 is taken by another program. Choose another: PORT=${port + 1} npm start`)
  squatter.close()
})
