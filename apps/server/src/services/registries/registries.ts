import type { RegistryCredentials, RegistrySettings, RegistryTest } from "@plimsoll/runtime"
import type { z } from "zod"
import type { addRegistryInput, changeRegistryInput, RegistrySummary, testRegistryInput } from "../../contract/registries.js"

/** The registries whose settings or credentials are kept. Any other is reached too: with TLS and without credentials. */
export interface Registries {
  /** By name. */
  list(): Promise<RegistrySummary[]>
  /** Rejects with `name_in_use` for one that is kept already. */
  add(input: z.output<typeof addRegistryInput>): Promise<RegistrySummary>
  /** Counts from the next transfer on. Rejects with `not_found`. */
  change(input: z.output<typeof changeRegistryInput>): Promise<RegistrySummary>
  /** Forgets settings and credentials. Resolving means that they are not kept. */
  remove(registry: string): Promise<void>
  /** Asks it how it wants to be spoken to. Keeps nothing. Rejects with `registry_…`. */
  test(input: z.output<typeof testRegistryInput>): Promise<RegistryTest>
  /** For an engine, at each transfer. */
  settings(): Promise<RegistrySettings>
  /** Those for the registry of a reference (its `domain`); undefined: none are kept. Rejects with `state_corrupt` when they cannot be read any more. */
  credentialsFor(domain: string): Promise<RegistryCredentials | undefined>
}
