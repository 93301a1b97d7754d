/**
 * A static program for x86-64 that makes one system call by `syscall` and exits with its errno, or with the low byte of minus its answer: 0 is success. Six
 * arguments at most, each a number of 32 bits; those left out are 0.
 */
export function syscallProgram(number: number, args: readonly number[] = []): Buffer {
  return elf(callOf(number, args))
}

/** As `syscallProgram`, by `int 0x80` and without arguments: the calls of 32-bit programs, which a 64-bit one may make too. */
export function interruptProgram(number: number): Buffer {
  // xor of ebx, ecx, edx, esi, edi, ebp; int 0x80.
  return elf([...moveToEax(number), 0x31, 0xdb, 0x31, 0xc9, 0x31, 0xd2, 0x31, 0xf6, 0x31, 0xff, 0x31, 0xed, 0xcd, 0x80])
}

/** A static program that makes the call again and again until it is refused, then holds what it got until it is killed. */
export function hoardingProgram(number: number, args: readonly number[] = []): Buffer {
  const call = callOf(number, args)
  // test eax, eax; jns back to the call's first instruction; pause().
  return elf([...call, 0x85, 0xc0, 0x79, 0x100 - (call.length + 4), ...callOf(PAUSE, [])])
}

const PAUSE = 34

/** mov edi, esi, edx, r10d, r8d, r9d. (syscall(2), architecture calling conventions) */
const argumentMoves = [[0xbf], [0xbe], [0xba], [0x41, 0xba], [0x41, 0xb8], [0x41, 0xb9]] as const

function callOf(number: number, args: readonly number[]): number[] {
  const moves = argumentMoves.flatMap((move, index) => [...move, ...littleEndian(args[index] ?? 0)])
  return [...moves, ...moveToEax(number), 0x0f, 0x05]
}

function moveToEax(number: number): number[] {
  return [0xb8, ...littleEndian(number)]
}

function littleEndian(number: number): number[] {
  return [number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff, (number >> 24) & 0xff]
}

/** An ELF file of one segment with this code, followed by: mov edi, eax; neg edi; exit(edi). (elf(5)) */
function elf(code: readonly number[]): Buffer {
  const address = 0x400000
  const headers = Buffer.alloc(120)
  headers.write("\x7fELF\x02\x01\x01", 0, "latin1")
  headers.writeUInt16LE(2, 16)
  headers.writeUInt16LE(62, 18)
  headers.writeUInt32LE(1, 20)
  headers.writeBigUInt64LE(BigInt(address + headers.length), 24)
  headers.writeBigUInt64LE(64n, 32)
  headers.writeUInt16LE(64, 52)
  headers.writeUInt16LE(56, 54)
  headers.writeUInt16LE(1, 56)
  const text = Buffer.from([...code, 0x89, 0xc7, 0xf7, 0xdf, ...moveToEax(60), 0x0f, 0x05])
  const size = BigInt(headers.length + text.length)
  headers.writeUInt32LE(1, 64)
  headers.writeUInt32LE(5, 68)
  headers.writeBigUInt64LE(BigInt(address), 80)
  headers.writeBigUInt64LE(BigInt(address), 88)
  headers.writeBigUInt64LE(size, 96)
  headers.writeBigUInt64LE(size, 104)
  headers.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([headers, text])
}
