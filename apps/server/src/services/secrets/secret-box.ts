import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto"

const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = "v1"

/** Encrypts what must lie in the database and be readable again: passwords of registries, keys of hosts. */
export interface SecretBox {
  /** `purpose` binds the text to its row, so that one row's secret cannot be put into another. */
  seal(plain: string, purpose: string): string
  /** Throws when it was sealed by another secret, for another purpose, or was changed. */
  open(sealed: string, purpose: string): string
}

/** AES-256-GCM under a key that HKDF makes from the installation's secret, which lies in a file beside the database (RFC 5869, NIST SP 800-38D). */
export function createSecretBox(secret: string): SecretBox {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "plimsoll secret box", 32))
  return {
    seal(plain, purpose) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(purpose))
      const text = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()])
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url")}`
    },
    open(sealed, purpose) {
      const [version, body] = sealed.split(".")
      const bytes = Buffer.from(body ?? "", "base64url")
      if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error("This is no sealed secret.")
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8")
    },
  }
}
