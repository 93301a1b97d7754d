import type { OciSeccomp, OciSyscallRule } from "../oci-types.js"
import { allowedSyscalls, allowedSyscallsByArchitecture, syscallsByCapability } from "./allowed-syscalls.js"

/**
 * The allow-list that a container gets unless its caller chose otherwise: what is not on it answers EPERM. Calls that a
 * capability guards are opened by that capability. clone3 answers ENOSYS, because its flags are in memory where a filter
 * cannot see them: libc then falls back to clone, whose flags can be checked. `architecture` as `process.arch`.
 */
export function defaultSeccompProfile(options: { capabilities: readonly string[]; architecture: string }): OciSeccomp {
  const granted = new Set(options.capabilities)
  const opened = Object.entries(syscallsByCapability).flatMap(([capability, names]) => (granted.has(capability) ? names : []))
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: EPERM,
    architectures: [...(architectures[options.architecture] ?? [])],
    syscalls: [
      allow([...allowedSyscalls, ...(allowedSyscallsByArchitecture[options.architecture] ?? []), ...opened]),
      allow(["process_vm_readv", "process_vm_writev", "ptrace"]),
      ...socketFamilies,
      ...personalities,
      ...(granted.has("CAP_SYS_ADMIN") ? [] : cloneWithoutNamespaces(options.architecture)),
    ],
  }
}

const EPERM = 1
const ENOSYS = 38

// Families as in linux/socket.h. vsock reaches the hypervisor, AF_ALG (38) has had its share of holes.
const AF_ALG = 38
const AF_VSOCK = 40
const socketFamilies: OciSyscallRule[] = [
  { names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{ index: 0, value: AF_ALG, op: "SCMP_CMP_LT" }] },
  { names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{ index: 0, value: AF_ALG + 1, op: "SCMP_CMP_EQ" }] },
  { names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{ index: 0, value: AF_VSOCK, op: "SCMP_CMP_GT" }] },
]

// PER_LINUX, PER_LINUX32, UNAME26, PER_LINUX32 | UNAME26, and the query (personality(2)).
const personalities: OciSyscallRule[] = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff].map((value) => ({
  names: ["personality"],
  action: "SCMP_ACT_ALLOW",
  args: [{ index: 0, value, op: "SCMP_CMP_EQ" }],
}))

// CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET.
const NAMESPACE_FLAGS = 0x7e020000

// On s390 the flags are the second argument.
function cloneWithoutNamespaces(architecture: string): OciSyscallRule[] {
  const index = architecture === "s390x" ? 1 : 0
  return [
    { names: ["clone"], action: "SCMP_ACT_ALLOW", args: [{ index, value: NAMESPACE_FLAGS, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }] },
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: ENOSYS },
  ]
}

const architectures: Readonly<Record<string, readonly string[]>> = {
  x64: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  arm64: ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
  arm: ["SCMP_ARCH_ARM"],
  ppc64: ["SCMP_ARCH_PPC64LE"],
  s390x: ["SCMP_ARCH_S390X", "SCMP_ARCH_S390"],
  riscv64: ["SCMP_ARCH_RISCV64"],
}

function allow(names: string[]): OciSyscallRule {
  return { names: [...new Set(names)].sort(), action: "SCMP_ACT_ALLOW" }
}
