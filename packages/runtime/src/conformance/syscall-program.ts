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

/** A static program that sends a byte by UDP to every port of the address from 1024 on, and exits with 0. */
export function datagramsProgram(address: string): Buffer {
  const toAddress = address.split(".").map(Number)
  // sub rsp, 16; sockaddr_in at rsp: family AF_INET, port, address.
  const prepared = [0x48, 0x83, 0xec, 0x10, 0x66, 0xc7, 0x04, 0x24, 0x02, 0x00, 0xc7, 0x44, 0x24, 0x04, ...toAddress]
  // mov r12d, eax (the socket); mov r13d, 1024.
  const opened = [...callOf(41, [2, 2]), 0x41, 0x89, 0xc4, 0x41, 0xbd, ...littleEndian(1024)]
  // mov eax, r13d; xchg al, ah; mov [rsp+2], ax; mov edi, r12d; mov rsi, rsp; mov edx, 1; xor r10d, r10d; mov r8, rsp; mov r9d, 16; sendto.
  const sent = [
    [0x44, 0x89, 0xe8, 0x86, 0xc4, 0x66, 0x89, 0x44, 0x24, 0x02],
    [0x44, 0x89, 0xe7, 0x48, 0x89, 0xe6, 0xba, ...littleEndian(1), 0x45, 0x31, 0xd2, 0x49, 0x89, 0xe0, 0x41, 0xb9, ...littleEndian(16)],
    [...moveToEax(44), 0x0f, 0x05],
  ].flat()
  // inc r13d; cmp r13d, 65535; jne back to the first of `sent`.
  const next = [0x41, 0xff, 0xc5, 0x41, 0x81, 0xfd, ...littleEndian(65_535), 0x0f, 0x85]
  const again = [...next, ...littleEndian(-(sent.length + next.length + 4))]
  // xor eax, eax.
  return elf([...opened, ...prepared, ...sent, ...again, 0x31, 0xc0])
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
