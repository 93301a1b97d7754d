import { EngineError } from "../errors.js"

/** `sha256:` and 64 lower-case hexadecimal digits: the only algorithm that image-spec (descriptor.md) makes every tool support and that we accept. */
export type Digest = `sha256:${string}`

/** True for a well-formed digest. */
export function isDigest(text: string): text is Digest {
  return digestPattern.test(text)
}

/** The text as a digest. Throws `invalid_argument`. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw new EngineError("invalid_argument", {
    facts: { digest: text.slice(0, 100) },
    publicMessage: "A digest is written as sha256: followed by 64 lower-case hexadecimal digits.",
  })
}

/** The 64 hexadecimal digits: a name for files. */
export function digestHex(digest: Digest): string {
  return digest.slice("sha256:".length)
}

/** The digest with these 64 hexadecimal digits. */
export function digestOfHex(hex: string): Digest {
  return parseDigest(`sha256:${hex}`)
}

/** Content is not what its name says. */
export function digestMismatch(expected: Digest, actual: Digest): EngineError {
  return new EngineError("digest_mismatch", {
    facts: { expected, actual },
    publicMessage: `The content is not what its digest says (expected ${expected.slice(0, 19)}…, got ${actual.slice(0, 19)}…). It was damaged or changed on the way: get it again.`,
  })
}

const digestPattern = /^sha256:[0-9a-f]{64}$/
