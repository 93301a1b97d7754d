import type { RegistrySession } from "./registry-session.js"

/** A repository at one address of a registry. */
export interface RegistryRepository {
  session: RegistrySession
  base: URL
  /** `library/alpine` */
  path: string
}

/** `…/v2/<path>/<rest>`. (distribution-spec, "Endpoints") */
export function repositoryUrl({ base, path }: RegistryRepository, rest: string): URL {
  return new URL(`v2/${path}/${rest}`, base)
}

export function pullScope(path: string): string {
  return `repository:${path}:pull`
}

export function pushScope(path: string): string {
  return `repository:${path}:pull,push`
}
