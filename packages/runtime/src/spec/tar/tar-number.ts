/**
 * A numeric field: octal text, or (first bit set) two's complement base 256 as GNU tar and star write what octal cannot
 * hold. Undefined when it is neither, or beyond 2^53.
 */
export function readTarNumber(field: Buffer): number | undefined {
  const first = field[0] ?? 0
  return (first & 0x80) === 0 ? readOctal(field) : readBase256(field)
}

/** Octal with a closing NUL where it fits, else base 256. */
export function writeTarNumber(target: Buffer, options: { offset: number; length: number; value: number }): void {
  const { offset, length, value } = options
  const digits = length - 1
  if (value >= 0 && value < 8 ** digits) {
    target.write(value.toString(8).padStart(digits, "0"), offset, "latin1")
    return
  }
  let rest = BigInt(value)
  for (let index = offset + length - 1; index >= offset; index--) {
    target[index] = Number(rest & 0xffn)
    rest >>= 8n
  }
  target[offset] = (target[offset] ?? 0) | 0x80
}

function readOctal(field: Buffer): number | undefined {
  const text = field
    .toString("latin1")
    .replace(/^[ \0]+/, "")
    .replace(/[ \0].*$/s, "")
  if (text === "") return 0
  if (!/^[0-7]+$/.test(text)) return undefined
  const value = Number.parseInt(text, 8)
  return Number.isSafeInteger(value) ? value : undefined
}

function readBase256(field: Buffer): number | undefined {
  const negative = ((field[0] ?? 0) & 0x40) !== 0
  let value = negative ? -1n : 0n
  for (const [index, byte] of field.entries()) {
    const bits = index === 0 ? (negative ? byte | 0x80 : byte & 0x7f) : byte
    value = index === 0 && negative ? BigInt.asIntN(8, BigInt(bits)) : (value << 8n) | BigInt(bits)
  }
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}
