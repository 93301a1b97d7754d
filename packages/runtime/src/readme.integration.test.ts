import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it, vi } from "vitest"
import { purgeEngine } from "./embedded/purge-engine.js"

it("the README's example of ten lines runs a container", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8")
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
  expect(example.split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(10)
  const directory = await mkdtemp("/var/tmp/plimsoll-test-")
  // Containers' users pass through it on the way to their files.
  await chmod(directory, 0o711)
  const options = { root: join(directory, "engine"), runDirectory: join("/run", basename(directory)) }
  const printed = vi.spyOn(console, "log").mockImplementation(() => undefined)
  try {
    // Only where it works and where the library is differ from what is printed there.
    const program = example
      .replace('{ root: "/var/lib/plimsoll/engine" }', JSON.stringify(options))
      .replace('"@plimsoll/runtime"', JSON.stringify(fileURLToPath(new URL("./index.ts", import.meta.url))))
    expect(program).not.toContain("/var/lib/plimsoll")
    const file = join(directory, "example.ts")
    await writeFile(file, program)
    await import(file)
    expect(printed.mock.calls).toEqual([["It floats."]])
    expect(process.exitCode).toBe(0)
  } finally {
    printed.mockRestore()
    process.exitCode = undefined
    await purgeEngine(options)
    await rm(directory, { recursive: true, force: true })
  }
})
