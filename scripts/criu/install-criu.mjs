import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { lastLines, runCommand } from "../lib/run-command.mjs"
import { downloadPackages } from "./private-apt.mjs"
import { fitsKernel, tryCriu } from "./try-criu.mjs"

/** Says whose the directory is: what has no such file is not replaced. */
const MARKER = "plimsoll-criu.json"
const TRIPLETS = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }

/** Where the program is below a prefix. The engine looks for it there (embedded/probe-hibernation.ts). */
export const criuIn = (prefix) => join(prefix, "usr/sbin/criu")

/**
 * Puts CRIU of a Debian suite into a directory of its own, with its own C library and loader, so that it runs on any distribution and nothing else
 * changes. Made beside the directory and renamed, so that it is whole or not there; some 30 MB. The same again replaces it. Resolves with
 * `{ path, version }`; throws with the reason, with nothing changed, when it cannot be had or does not work on this kernel.
 */
export async function installCriu({ prefix, suite, mirror }) {
  if (!TRIPLETS[process.arch]) throw new Error(`Debian's CRIU is for x86-64 and arm64; this machine is ${process.arch}.`)
  mkdirSync(dirname(prefix), { recursive: true, mode: 0o711 })
  const work = mkdtempSync(join(dirname(prefix), ".criu-"))
  try {
    // apt downloads as a user of its own.
    chmodSync(work, 0o711)
    const root = join(work, "root")
    const packages = await downloadPackages(["criu", "patchelf"], { suite, mirror, directory: work })
    for (const path of packages) await must(["dpkg-deb", "-x", path, root])
    await moveTo(prefix, { root, suite })
    chmodSync(root, 0o755)
    return await putInPlace({ root, prefix, older: join(work, "older") })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Makes the program below `root` one that runs once that is `prefix`: by then its loader and libraries are there, named by absolute paths. */
async function moveTo(prefix, { root, suite }) {
  const libraries = join("usr/lib", TRIPLETS[process.arch])
  const loaderName = readdirSync(join(root, libraries)).find((name) => /^ld-linux.*\.so\.\d$/.test(name))
  if (!loaderName) throw new Error(`Debian ${suite} is too old for this: its loader is not below /usr. Take a newer suite.`)
  const loader = join(libraries, loaderName)
  const here = [join(root, loader), "--library-path", join(root, libraries)]
  const version = /^Version: (\S+)/m.exec(await must([...here, criuIn(root), "--version"]))?.[1] ?? "unknown"
  if (!fitsKernel(version)) throw new Error(`Debian ${suite} has CRIU ${version}, which is too old for this kernel.`)
  const patchelf = join(root, "usr/bin/patchelf")
  // DT_RPATH of the program holds for its libraries' libraries too, DT_RUNPATH would not.
  const paths = ["--set-interpreter", join(prefix, loader), "--force-rpath", "--set-rpath", join(prefix, libraries)]
  await must([...here, patchelf, ...paths, criuIn(root)])
  rmSync(patchelf)
  writeFileSync(join(root, MARKER), `${JSON.stringify({ suite, version })}\n`)
}

/** Only at its place can it be tried on the kernel; what was there comes back when it does not work. */
async function putInPlace({ root, prefix, older }) {
  if (existsSync(prefix)) renameSync(prefix, older)
  renameSync(root, prefix)
  const { version, problem } = await tryCriu(criuIn(prefix))
  if (!problem) return { path: criuIn(prefix), version }
  rmSync(prefix, { recursive: true })
  if (existsSync(older)) renameSync(older, prefix)
  throw new Error(`What was downloaded is of no use here: ${problem}.`)
}

/** Throws when `installCriu` would have to replace what is not its own. */
export function refuseForeign(prefix) {
  if (!existsSync(prefix) || existsSync(join(prefix, MARKER)) || readdirSync(prefix).length === 0) return
  throw new Error(`${prefix} holds something else already. Name a directory that is empty or not there.`)
}

async function must([command, ...args]) {
  const { code, output } = await runCommand(command, args, { timeoutMs: 60_000 })
  if (code !== 0) throw new Error(`${command} failed with ${code}: ${lastLines(output, 3).join(" ")}`)
  return output
}
