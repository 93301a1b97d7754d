import { createHmac } from "node:crypto"

const STEP_MS = 30_000
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

/** The code that an authenticator app with this key (base32, blanks allowed) shows at a time. (RFC 6238: SHA-1, six digits, 30 s) */
export function totp(key: string, at: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / STEP_MS)))
  const mac = createHmac("sha1", fromBase32(key.replaceAll(" ", "")))
    .update(counter)
    .digest()
  const offset = (mac.at(-1) ?? 0) & 0xf
  return `${(mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000}`.padStart(6, "0")
}

/** The code after the present one, which servers take too: the present one may be used up. */
export const nextTotp = (key: string): string => totp(key, Date.now() + STEP_MS)

/** RFC 4648, without padding. */
function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("")
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [])
}
