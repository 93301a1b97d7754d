import type { RegistryCredentials } from "../../spec/registry.js"

/**
 * The header in which the daemon is told how to sign in at a registry; it wants one in any case. In base64 for URLs. (Docker Engine API,
 * "Authentication")
 */
export function registryAuth(domain: string, credentials: RegistryCredentials | undefined): Record<string, string> {
  const account = credentials === undefined ? {} : { ...credentials, serveraddress: domain === "docker.io" ? dockerHub : domain }
  return { "X-Registry-Auth": base64Url(JSON.stringify(account)) }
}

/** Padded, which Node's own spelling is not and Podman wants. */
function base64Url(text: string): string {
  return Buffer.from(text).toString("base64").replaceAll("+", "-").replaceAll("/", "_")
}

const dockerHub = "https://index.docker.io/v1/"
