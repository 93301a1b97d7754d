import { type RegistrySummary, registryHost } from "@plimsoll/server/contract"

/** What the form holds, as it was typed. */
export interface RegistryForm {
  registry: string
  username: string
  password: string
  forget: boolean
  plainHttp: boolean
  /** One a line. */
  mirrors: string
}

export type RegistryProblem =
  | { field: "registry"; key: "registryInvalid" }
  | { field: "username"; key: "usernameMissing" }
  | { field: "password"; key: "passwordMissing" | "passwordMissingForName" }
  | { field: "mirrors"; key: "mirrorsInvalid" }

const MOST_MIRRORS = 8

export function emptyRegistryForm(known: RegistrySummary | null, suggested: string): RegistryForm {
  return {
    registry: known?.registry ?? suggested,
    username: known?.username ?? "",
    password: "",
    forget: false,
    plainHttp: known?.plainHttp ?? false,
    mirrors: known?.mirrors.join("\n") ?? "",
  }
}

/** What is wrong with the form. `known`: the registry as it is kept; `null`: it is a new one. */
export function registryProblems(form: RegistryForm, known: RegistrySummary | null): RegistryProblem[] {
  const { username, password, forget } = form
  const mirrors = mirrorsOf(form)
  const problems: (RegistryProblem | false)[] = [
    !registryHost.safeParse(form.registry).success && { field: "registry", key: "registryInvalid" },
    !forget && username === "" && password !== "" && { field: "username", key: "usernameMissing" },
    !forget &&
      username !== "" &&
      password === "" &&
      username !== known?.username && { field: "password", key: known?.username ? "passwordMissingForName" : "passwordMissing" },
    (mirrors.length > MOST_MIRRORS || !mirrors.every(isAddress)) && { field: "mirrors", key: "mirrorsInvalid" },
  ]
  return problems.filter((problem) => problem !== false)
}

/** The form as the request for a new registry. */
export function newRegistryOf(form: RegistryForm) {
  const credentials = typedCredentials(form)
  return { ...settingsOf(form), ...(credentials !== undefined && { credentials }) }
}

/** The form as the request for a change: an empty password keeps the one that is there; an empty user name, or `forget`, forgets both. */
export function changedRegistryOf(form: RegistryForm, known: RegistrySummary) {
  const credentials = typedCredentials(form)
  if (credentials !== undefined) return { ...settingsOf(form), credentials }
  const forgets = known.username !== null && (form.forget || form.username === "")
  return { ...settingsOf(form), ...(forgets && { credentials: null }) }
}

/** What a test is to try: what was typed; else, and unless it is to be forgotten, what is kept. */
export function typedCredentials({ forget, username, password }: RegistryForm): { username: string; password: string } | undefined {
  return forget || username === "" || password === "" ? undefined : { username, password }
}

function settingsOf(form: RegistryForm) {
  return { registry: form.registry, plainHttp: form.plainHttp, mirrors: mirrorsOf(form) }
}

function mirrorsOf({ mirrors }: RegistryForm): string[] {
  return mirrors
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
}

function isAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}
