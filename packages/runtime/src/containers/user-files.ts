import type { RootFiles } from "../snapshots/snapshotter.js"

const MAXIMUM_BYTES = 1024 * 1024

/** Text of a root's /etc/passwd and /etc/group, for `resolveUser`. `root` is a mount without /proc: what its files are links to is read with the host's rights. */
export async function readUserFiles(
  files: Pick<RootFiles, "readText">,
  root: string,
): Promise<{ passwd: string | undefined; group: string | undefined }> {
  const [passwd, group] = await Promise.all([
    files.readText(root, "/etc/passwd", MAXIMUM_BYTES),
    files.readText(root, "/etc/group", MAXIMUM_BYTES),
  ])
  return { passwd, group }
}
