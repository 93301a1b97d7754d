/** Name and password (or access token) of an account at a registry. */
export interface RegistryCredentials {
  username: string
  password: string
}

/** How registries are reached. Hosts are written as in references, with their port: `docker.io`, `registry.example.com:5000`. */
export interface RegistrySettings {
  /**
   * By registry host: base addresses (`https://mirror.example.com`) that are asked before it, in this order, without credentials. One that does
   * not answer or lacks the image is passed over.
   */
  mirrors?: Readonly<Record<string, readonly string[]>>
  /** Hosts without TLS. Those that are named as loopback (`localhost:5000`, `127.0.0.1:5000`) have none anyway. */
  plainHttp?: readonly string[]
  /** Default: the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Loopback is never proxied. */
  proxy?: { https?: string; http?: string; noProxy?: string }
}

/** How registries are reached, or who is asked for it at the beginning of each transfer, so that a change counts from the next one on. */
export type RegistrySettingsSource = RegistrySettings | (() => RegistrySettings | Promise<RegistrySettings>)

/** How a registry wants to be spoken to, as it said itself. */
export interface RegistryTest {
  /** `none`: it answers everybody; `token`: its token service gives what its requests are signed with. */
  authentication: "none" | "basic" | "token"
  /** Credentials were tried and accepted. */
  signedIn: boolean
}
