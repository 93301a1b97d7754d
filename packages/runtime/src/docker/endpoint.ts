import type { DockerOptions } from "dockerode"

/** Where a Docker Engine (or Podman's Docker API) listens. */
export type DockerEndpoint =
  | { kind: "unix"; path: string }
  /** Without `tls` the connection is neither secret nor authenticated: for a loopback or private network only. PEM texts. */
  | { kind: "tcp"; host: string; port: number; tls?: { ca: string; cert: string; key: string } }
  /** Runs `docker system dial-stdio` over ssh, as the Docker client does. Key: PEM text; `agent`: path of an ssh-agent's socket. */
  | { kind: "ssh"; host: string; port?: number; username: string; privateKey?: string; passphrase?: string; agent?: string }

/** As people write it: `unix:///run/docker.sock`, `tcp://10.0.0.2:2376`, `ssh://ops@host`. Never a secret. */
export function describeEndpoint(endpoint: DockerEndpoint): string {
  switch (endpoint.kind) {
    case "unix":
      return `unix://${endpoint.path}`
    case "tcp":
      return `tcp://${endpoint.host}:${endpoint.port}${endpoint.tls === undefined ? "" : " (TLS)"}`
    case "ssh":
      return `ssh://${endpoint.username}@${endpoint.host}${endpoint.port === undefined ? "" : `:${endpoint.port}`}`
  }
}

/** What mends a connection that cannot be made. */
export function endpointRemedy(endpoint: DockerEndpoint): string {
  switch (endpoint.kind) {
    case "unix":
      return `Start it (systemctl start docker, or podman system service --time=0 unix://${endpoint.path}), and see that this user may open the socket.`
    case "tcp":
      return "See that the daemon runs, listens at this address, that no firewall is between, and that certificates fit."
    case "ssh":
      return "See that `ssh` with this user and key works from here and that `docker` is installed there."
  }
}

/** dockerode's options. All environment variables of Docker's client (DOCKER_HOST, …) are left aside: the endpoint alone decides. */
export function dockerodeOptions(endpoint: DockerEndpoint): DockerOptions {
  switch (endpoint.kind) {
    case "unix":
      return { socketPath: endpoint.path, ...withoutEnvironment }
    case "tcp": {
      const { host, port, tls } = endpoint
      return { ...withoutEnvironment, host, port, protocol: tls === undefined ? "http" : "https", ...tls }
    }
    case "ssh":
      // The connection is made by the agent that the client has for it.
      return { ...withoutEnvironment, host: "docker.invalid", protocol: "http" }
  }
}

// docker-modem lays its options over what the environment says, so that an explicit `undefined` hides it.
const withoutEnvironment = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined } as unknown as DockerOptions
