/** Address of the tar of a path (GET) or of a directory to unpack a tar into (PUT). */
export function archiveAddress(containerId: string, path: string): string {
  return `/api/containers/${encodeURIComponent(containerId)}/archive?path=${encodeURIComponent(path)}`
}

/** `/a/b` + `c` → `/a/b/c`. */
export function joinPath(directory: string, name: string): string {
  return directory.endsWith("/") ? `${directory}${name}` : `${directory}/${name}`
}

/** `/a/b` → `[{ name: "/", path: "/" }, { name: "a", path: "/a" }, { name: "b", path: "/a/b" }]`. */
export function breadcrumbs(path: string): { name: string; path: string }[] {
  const names = path.split("/").filter(Boolean)
  return [{ name: "/", path: "/" }, ...names.map((name, index) => ({ name, path: `/${names.slice(0, index + 1).join("/")}` }))]
}

/** `0o755` of a file as `ls` writes it: `rwxr-xr-x`, with set-id and sticky bits. */
export function modeText(mode: number): string {
  const triple = (shift: number, special: number, letter: string) => {
    const bits = (mode >> shift) & 7
    const execute = (bits & 1) !== 0
    const last = mode & special ? (execute ? letter : letter.toUpperCase()) : execute ? "x" : "-"
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`
  }
  return triple(6, 0o4000, "s") + triple(3, 0o2000, "s") + triple(0, 0o1000, "t")
}
