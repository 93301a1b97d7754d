/** Joins a directory and parts whose characters are bytes (latin1): names on disk need not be UTF-8. */
export function bytePath(directory: Buffer, ...parts: readonly string[]): Buffer {
  return parts.length === 0 ? directory : Buffer.concat([directory, Buffer.from(`/${parts.join("/")}`, "latin1")])
}

/** A byte name as text for people; bytes that are no UTF-8 become U+FFFD. */
export function displayName(name: string): string {
  return Buffer.from(name, "latin1").toString("utf8")
}
