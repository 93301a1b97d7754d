import { compareVersions } from "../../kernel/tool-version.js"

/** First release with the fix, and what an older one lets through. */
const weaknesses: Readonly<Record<string, readonly { fixedIn: string; cve: string; what: string }[]>> = {
  crun: [
    { fixedIn: "1.27", cve: "CVE-2026-30892", what: "exec as the wrong user" },
    { fixedIn: "1.28", cve: "CVE-2026-47766", what: "/dev replaced by a link" },
  ],
  runc: [
    { fixedIn: "1.1.12", cve: "CVE-2024-21626", what: "descriptors of the host leaked into the container" },
    { fixedIn: "1.2.8", cve: "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881", what: "mount races" },
    { fixedIn: "1.3.6", cve: "CVE-2026-41579", what: "/dev replaced by a link" },
  ],
}

/** What is publicly known of this version, as one sentence; undefined when nothing is. Distributions may have taken a fix back into an older number. */
export function knownWeaknesses(name: string, version: string): string | undefined {
  const open = (weaknesses[name] ?? []).filter(({ fixedIn }) => compareVersions(version, fixedIn) < 0)
  const newest = open.at(-1)
  if (newest === undefined) return undefined
  const list = open.map(({ cve, what }) => `${cve} (${what})`).join("; ")
  return `Older than ${newest.fixedIn}: unless the distribution has patched it, open to ${list} (see: apt changelog ${name}).`
}
