import { findTool, toolPath } from "../kernel/find-tool.js"

/** Absolute path of aardvark-dns, or undefined when it is not installed. Distributions have it where only Podman looks. */
export function findNameServer(): string | undefined {
  return findTool("aardvark-dns", `/usr/lib/podman:/usr/libexec/podman:${toolPath}`)
}
