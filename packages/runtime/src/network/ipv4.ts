import { EngineError } from "../errors.js"

/** An IPv4 subnet: network address as a number, and its prefix length. */
export interface Subnet {
  base: number
  prefixLength: number
}

/** `10.0.0.1` as an unsigned number; undefined when it is no dotted quad. */
export function parseAddress(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1)
  if (parts === undefined || parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith("0")))) return undefined
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")
}

/** Parses `10.0.0.0/20`; rejects (`invalid_argument`) what is no subnet or has host bits set. */
export function parseSubnet(text: string): Subnet {
  const [address, prefix, rest] = text.split("/")
  const base = parseAddress(address ?? "")
  const prefixLength = /^\d{1,2}$/.test(prefix ?? "") ? Number(prefix) : -1
  if (
    base === undefined ||
    rest !== undefined ||
    prefixLength < 0 ||
    prefixLength > 32 ||
    base % subnetSize({ base, prefixLength }) !== 0
  ) {
    throw new EngineError("invalid_argument", {
      facts: { subnet: text },
      publicMessage: `${JSON.stringify(text)} is not an IPv4 subnet such as 10.201.0.0/20.`,
    })
  }
  return { base, prefixLength }
}

export function formatSubnet(subnet: Subnet): string {
  return `${formatAddress(subnet.base)}/${subnet.prefixLength}`
}

/** Count of addresses, network and broadcast address included. */
export function subnetSize(subnet: Subnet): number {
  return 2 ** (32 - subnet.prefixLength)
}

export function subnetContains(subnet: Subnet, address: number): boolean {
  return address >= subnet.base && address < subnet.base + subnetSize(subnet)
}

export function subnetsOverlap(a: Subnet, b: Subnet): boolean {
  return a.base < b.base + subnetSize(b) && b.base < a.base + subnetSize(a)
}

/**
 * A locally administered MAC address that is a function of tenant and IPv4 address: unique in a network, the same after a
 * restart. `02`, two bytes of the tenant's number, the last three of the address.
 */
export function macAddressOf(tenantNumber: number, address: number): string {
  const bytes = [2, tenantNumber >> 8, tenantNumber, Math.floor(address / 2 ** 16), Math.floor(address / 2 ** 8), address]
  return bytes.map((byte) => (byte % 256).toString(16).padStart(2, "0")).join(":")
}

/** The tenant's number in a MAC address of `macAddressOf`. */
export function tenantNumberOf(macAddress: string): number {
  const [, high, low] = macAddress.split(":")
  return Number.parseInt(`${high}${low}`, 16)
}
