/** `docker.io/library/alpine:3` as people write it: `alpine:3`. */
export function shortReference(reference: string): string {
  return reference.replace(/^docker\.io\/(library\/)?/, "")
}
