import { checkPattern } from "./check.js"

/** Names of containers and volumes. Beginning with a letter or digit, none can be taken for an option of a tool. */
export const OBJECT_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/
export const TENANT_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Throws `invalid_argument`. */
export function checkObjectName(field: string, value: unknown): asserts value is string {
  checkPattern(field, value, OBJECT_NAME, "use 1 to 128 letters, digits, dots, dashes and underscores, beginning with a letter or digit.")
}

/** Throws `invalid_argument`. */
export function checkTenantName(field: string, value: unknown): asserts value is string {
  checkPattern(field, value, TENANT_NAME, "use 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit.")
}
