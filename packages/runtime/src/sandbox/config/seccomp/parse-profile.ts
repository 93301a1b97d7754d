import { EngineError } from "../../../errors.js"
import type { OciSeccomp, OciSyscallRule } from "../oci-types.js"

export interface ProfileHost {
  capabilities: readonly string[]
  /** As `process.arch`. */
  architecture: string
  /** As `uname -r`. */
  kernelVersion: string
}

/**
 * Reads a seccomp profile in Docker's form (archMap, rules with includes and excludes, decided here for this host and
 * these capabilities) or in the form of an OCI configuration. `invalid_argument` says which part does not fit.
 */
export function parseSeccompProfile(profileJson: string, host: ProfileHost): OciSeccomp {
  const profile = objectAt(parseJson(profileJson), "the profile")
  const errnoRet = optionalNumber(profile.defaultErrnoRet, "defaultErrnoRet")
  return {
    defaultAction: actionAt(profile.defaultAction, "defaultAction"),
    ...(errnoRet === undefined ? {} : { defaultErrnoRet: errnoRet }),
    architectures: architecturesOf(profile, host),
    ...(profile.flags === undefined ? {} : { flags: stringsAt(profile.flags, "flags") }),
    syscalls: listAt(profile.syscalls ?? [], "syscalls").flatMap((entry, index) => syscallRule(entry, `syscalls[${index}]`, host)),
  }
}

type Json = Record<string, unknown>

function syscallRule(entry: unknown, where: string, host: ProfileHost): OciSyscallRule[] {
  const rule = objectAt(entry, where)
  if (!applies(rule, where, host)) return []
  const names = rule.names === undefined && typeof rule.name === "string" ? [rule.name] : stringsAt(rule.names, `${where}.names`)
  if (names.length === 0 || names.some((name) => !/^[a-z0-9_]+$/.test(name))) throw malformed(`${where}.names`)
  const errnoRet = optionalNumber(rule.errnoRet, `${where}.errnoRet`)
  const args = listAt(rule.args ?? [], `${where}.args`).map((argument, index) => argumentAt(argument, `${where}.args[${index}]`))
  return [
    {
      names,
      action: actionAt(rule.action, `${where}.action`),
      ...(errnoRet === undefined ? {} : { errnoRet }),
      ...(args.length === 0 ? {} : { args }),
    },
  ]
}

function applies(rule: Json, where: string, host: ProfileHost): boolean {
  const includes = conditionAt(rule.includes, `${where}.includes`)
  const excludes = conditionAt(rule.excludes, `${where}.excludes`)
  const architecture = goArchitectures[host.architecture] ?? host.architecture
  const holds = (capability: string): boolean => host.capabilities.includes(capability)
  if (includes.arches.length > 0 && !includes.arches.includes(architecture)) return false
  if (!includes.caps.every(holds)) return false
  if (includes.minKernel !== undefined && !isAtLeast(host.kernelVersion, includes.minKernel)) return false
  if (excludes.arches.includes(architecture) || excludes.caps.some(holds)) return false
  return excludes.minKernel === undefined || !isAtLeast(host.kernelVersion, excludes.minKernel)
}

function conditionAt(value: unknown, where: string): { arches: string[]; caps: string[]; minKernel: string | undefined } {
  const condition = value === undefined || value === null ? {} : objectAt(value, where)
  if (condition.minKernel !== undefined && typeof condition.minKernel !== "string") throw malformed(`${where}.minKernel`)
  return {
    arches: stringsAt(condition.arches ?? [], `${where}.arches`),
    caps: stringsAt(condition.caps ?? [], `${where}.caps`),
    minKernel: condition.minKernel,
  }
}

function argumentAt(value: unknown, where: string): NonNullable<OciSyscallRule["args"]>[number] {
  const argument = objectAt(value, where)
  const index = optionalNumber(argument.index, `${where}.index`)
  const compared = optionalNumber(argument.value, `${where}.value`)
  const second = optionalNumber(argument.valueTwo, `${where}.valueTwo`)
  if (index === undefined || index > 5 || compared === undefined) throw malformed(where)
  if (typeof argument.op !== "string" || !/^SCMP_CMP_(NE|LT|LE|EQ|GE|GT|MASKED_EQ)$/.test(argument.op)) throw malformed(`${where}.op`)
  return { index, value: compared, ...(second === undefined ? {} : { valueTwo: second }), op: argument.op }
}

function architecturesOf(profile: Json, host: ProfileHost): string[] {
  if (profile.archMap === undefined) return stringsAt(profile.architectures ?? [], "architectures")
  const own = nativeArchitectures[host.architecture]
  return listAt(profile.archMap, "archMap").flatMap((entry, index) => {
    const mapping = objectAt(entry, `archMap[${index}]`)
    if (mapping.architecture !== own || own === undefined) return []
    return [own, ...stringsAt(mapping.subArchitectures ?? [], `archMap[${index}].subArchitectures`)]
  })
}

function actionAt(value: unknown, where: string): string {
  if (typeof value !== "string" || !/^SCMP_ACT_(ALLOW|ERRNO|KILL|KILL_PROCESS|KILL_THREAD|LOG|TRAP)$/.test(value)) throw malformed(where)
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new EngineError("invalid_argument", { facts: { field: "seccomp" }, cause, publicMessage: "The seccomp profile is not JSON." })
  }
}

function objectAt(value: unknown, where: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(where)
  return value as Json
}

function listAt(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value) || value.length > 4096) throw malformed(where)
  return value
}

function stringsAt(value: unknown, where: string): string[] {
  return listAt(value, where).map((item) => {
    if (typeof item !== "string") throw malformed(where)
    return item
  })
}

function optionalNumber(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw malformed(where)
  return value
}

function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

function malformed(where: string): EngineError {
  return new EngineError("invalid_argument", {
    facts: { field: "seccomp", at: where },
    publicMessage: `The seccomp profile is malformed at ${where}. It must be a profile as Docker or the OCI runtime specification has it.`,
  })
}

const nativeArchitectures: Readonly<Record<string, string>> = {
  x64: "SCMP_ARCH_X86_64",
  arm64: "SCMP_ARCH_AARCH64",
  arm: "SCMP_ARCH_ARM",
  ppc64: "SCMP_ARCH_PPC64LE",
  s390x: "SCMP_ARCH_S390X",
  riscv64: "SCMP_ARCH_RISCV64",
}

const goArchitectures: Readonly<Record<string, string>> = { x64: "amd64", ppc64: "ppc64le", ia32: "386" }
