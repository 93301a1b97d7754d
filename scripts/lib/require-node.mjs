/** Throws in plain words on a Node that is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Error(`Plimsoll needs Node 20.19 or newer; this is ${process.version}. See https://nodejs.org/en/download`)
}
