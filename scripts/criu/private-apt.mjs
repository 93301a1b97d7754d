import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { debianMirror } from "../lib/debian-mirror.mjs"
import { lastLines, runCommand } from "../lib/run-command.mjs"

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
const DEFAULT_MIRROR = "http://deb.debian.org/debian"
const DOWNLOAD_MS = 5 * 60_000
/** Whatever the host's own configuration allows, of which its proxies are meant to hold. */
const SIGNED_ONLY = [
  "APT::Get::AllowUnauthenticated=false",
  "Acquire::AllowInsecureRepositories=false",
  "Acquire::AllowWeakRepositories=false",
  "Acquire::AllowDowngradeToInsecureRepositories=false",
]

export const keyringIsThere = () => existsSync(KEYRING)

/**
 * Downloads packages of a Debian suite with all that they depend on, as on a host that has nothing yet, by an apt with lists, cache and sources of its own in
 * `directory`: nothing of the host's changes. Signatures are verified with the keys of the Debian archive. Resolves with the paths of the .deb files; throws
 * with what apt said last.
 */
export async function downloadPackages(packages, { suite, directory, mirror = debianMirror() ?? DEFAULT_MIRROR }) {
  for (const path of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(directory, path), { recursive: true })
  const sources = join(directory, "sources.list")
  writeFileSync(sources, `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`)
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=/dev/null",
    "Dir::Etc::preferences=/dev/null",
    "Dir::Etc::preferencesparts=/dev/null",
    `Dir::State::lists=${join(directory, "lists")}`,
    "Dir::State::status=/dev/null",
    `Dir::Cache=${join(directory, "cache")}`,
    "APT::Default-Release=",
    "APT::Update::Error-Mode=any",
    "Acquire::Languages=none",
    "Acquire::Retries=1",
    "Acquire::http::Timeout=20",
    ...SIGNED_ONLY,
  ].flatMap((option) => ["-o", option])
  const aptGet = async (...words) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" }
    const { code, output } = await runCommand("apt-get", [...options, ...words], { env, timeoutMs: DOWNLOAD_MS })
    if (code === 0) return
    const said = lastLines(output, 50).filter((line) => /^[EW]:/.test(line))
    throw new Error(
      `${packages[0]} could not be had from Debian ${suite} (${mirror}): ${said.find((line) => line.startsWith("E:")) ?? said[0] ?? `apt-get ended with ${code}`}`,
    )
  }
  await aptGet("update")
  await aptGet("install", "--download-only", "-y", "--no-install-recommends", "--", ...packages)
  const archives = join(directory, "cache/archives")
  return readdirSync(archives)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => join(archives, name))
}
