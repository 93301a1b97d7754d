import { existsSync, readFileSync, realpathSync, statSync } from "node:fs"
import { dirname, join } from "node:path"

/**
 * `major:minor` of the whole disk that holds the directory: rates are limited by disk, not by partition. `undefined` where it is on none
 * (overlay, tmpfs, btrfs and the like have numbers that no disk has).
 */
export function dataDevice(directory: string, sysRoot = "/sys"): string | undefined {
  const device = deviceOf(directory)
  const entry = join(sysRoot, "dev/block", device)
  if (!existsSync(entry)) return undefined
  const real = realpathSync(entry)
  return existsSync(join(real, "partition")) ? readFileSync(join(dirname(real), "dev"), "utf8").trim() : device
}

/** As the kernel spells `st_dev`. (linux/kdev_t.h, new_decode_dev) */
function deviceOf(directory: string): string {
  const { dev } = statSync(directory, { bigint: true })
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn)
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn)
  return `${major}:${minor & 0xffffffffn}`
}
