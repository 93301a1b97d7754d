import { createHash } from "node:crypto"
import { resolve } from "node:path"

const DEFAULT_ROOT = "/var/lib/plimsoll/engine"

/** Six hexadecimal digits that name one engine instance in link and table names, derived from its root directory. */
export function instanceTag(root: string): string {
  return createHash("sha256").update(resolve(root)).digest("hex").slice(0, 6)
}

/** Name of everything that an instance puts on the host (top cgroup, nftables table): `plimsoll`, or `plimsoll-<tag>` for another root. */
export function instanceName(root: string): string {
  return resolve(root) === DEFAULT_ROOT ? "plimsoll" : `plimsoll-${instanceTag(root)}`
}
