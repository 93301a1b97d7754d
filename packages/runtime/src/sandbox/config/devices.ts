import type { OciDeviceRule } from "./oci-types.js"

/**
 * Rules of the device cgroup: nothing but the harmless character devices that every container has, and terminals.
 * mknod(2) itself is allowed, since package managers use it; the node then cannot be opened.
 */
export function deviceRules(privileged: boolean): OciDeviceRule[] {
  if (privileged) return [{ allow: true, access: "rwm" }]
  return [
    { allow: false, access: "rwm" },
    { allow: true, type: "c", access: "m" },
    { allow: true, type: "b", access: "m" },
    ...harmless.map(([major, minor]): OciDeviceRule => ({ allow: true, type: "c", major, minor, access: "rwm" })),
    { allow: true, type: "c", major: PTS_MAJOR, access: "rwm" },
  ]
}

const PTS_MAJOR = 136

// Numbers from Documentation/admin-guide/devices.txt: null, zero, full, random, urandom, tty, console, ptmx.
const harmless = [
  [1, 3],
  [1, 5],
  [1, 7],
  [1, 8],
  [1, 9],
  [5, 0],
  [5, 1],
  [5, 2],
] as const
