import type { DockerEndpoint } from "@plimsoll/runtime"

const SSH_PORT = 22

/** As people write it: `unix:///run/docker.sock`, `tcp://10.0.0.2:2376`, `ssh://ops@host`. Two of the same address are the same engine. Never a secret. */
export function endpointAddress(endpoint: DockerEndpoint): string {
  switch (endpoint.kind) {
    case "unix":
      return `unix://${endpoint.path}`
    case "tcp":
      return `tcp://${bracketed(endpoint.host)}:${endpoint.port}`
    case "ssh": {
      const { port = SSH_PORT } = endpoint
      return `ssh://${endpoint.username}@${bracketed(endpoint.host)}${port === SSH_PORT ? "" : `:${port}`}`
    }
  }
}

/** An IPv6 address takes its colons into brackets (RFC 3986, 3.2.2). */
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host.toLowerCase()
}
