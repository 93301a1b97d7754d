import { closeSync, constants, openSync, rmSync } from "node:fs"
import { join } from "node:path"
import { mount, mountFlags } from "../kernel/mount.js"
import { O_PATH } from "../kernel/open-in-root.js"

export interface OverlayMount {
  /** Trees from top to bottom; at least one. */
  layers: readonly string[]
  upper: string
  work: string
  target: string
  /** Skip every flush (`volatile`): for a writable layer that may be lost in a power cut. */
  volatile: boolean
}

/**
 * Mounts an overlay. `nodev`: a device file in an image or made by a container never works. No redirects and no metadata-only copies: what is in the upper
 * directory is then always complete by itself, so that it can be exported. Throws `mount_failed`.
 */
export function mountOverlay(request: OverlayMount): void {
  const opened: number[] = []
  allowAnotherMount(request.work)
  try {
    // mount(2) takes one page of options. Descriptors are short names for what would not fit (image-spec has no bound of layers).
    const names = fits(request) ? request.layers : request.layers.map((layer) => byDescriptor(layer, opened))
    mount({
      source: "overlay",
      target: request.target,
      type: "overlay",
      flags: mountFlags.noDev,
      data: options({ ...request, layers: names }),
    })
  } finally {
    for (const fd of opened) closeSync(fd)
  }
}

// A volatile mount leaves a mark that forbids every later one, so that nobody trusts files that a power cut may have emptied
// (Documentation/filesystems/overlayfs.rst, "Volatile mount"). Who asks for volatile has said that these files may be lost.
function allowAnotherMount(work: string): void {
  rmSync(join(work, "work", "incompat"), { recursive: true, force: true })
}

const pageBytes = 4096

function fits(request: OverlayMount): boolean {
  return Buffer.byteLength(options(request)) < pageBytes
}

function options(request: OverlayMount): string {
  const { layers, upper, work } = request
  const directories = [`lowerdir=${layers.map(escaped).join(":")}`, `upperdir=${escaped(upper)}`, `workdir=${escaped(work)}`]
  return [...directories, "redirect_dir=nofollow", "metacopy=off", "index=off", ...(request.volatile ? ["volatile"] : [])].join(",")
}

// Documentation/filesystems/overlayfs.rst: colons, and commas as in every option string, are escaped by a backslash.
function escaped(path: string): string {
  return path.replace(/[\\:,]/g, (character) => `\\${character}`)
}

function byDescriptor(path: string, opened: number[]): string {
  const fd = openSync(path, O_PATH | constants.O_DIRECTORY)
  opened.push(fd)
  return `/proc/self/fd/${fd}`
}
