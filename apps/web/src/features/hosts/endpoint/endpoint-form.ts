import { dockerEndpoint } from "@plimsoll/server/contract"
import type { z } from "zod"

export type DockerEndpoint = z.infer<typeof dockerEndpoint>
export type EndpointKind = DockerEndpoint["kind"]

/** What the form holds: text as it was typed, of all kinds at once, so that changing the kind loses nothing. */
export interface EndpointForm {
  kind: EndpointKind
  path: string
  host: string
  /** Empty: the usual one. */
  port: string
  tls: boolean
  ca: string
  cert: string
  key: string
  username: string
  /** How ssh signs in. */
  sshBy: "key" | "agent"
  privateKey: string
  passphrase: string
  agent: string
}

export const emptyEndpointForm: EndpointForm = {
  kind: "unix",
  path: "/run/docker.sock",
  host: "",
  port: "",
  tls: true,
  ca: "",
  cert: "",
  key: "",
  username: "",
  sshBy: "key",
  privateKey: "",
  passphrase: "",
  agent: "",
}

const DOCKER_TLS_PORT = 2376
const DOCKER_PLAIN_PORT = 2375

/** The port that is meant while none is typed; of ssh the client's own business. */
export function usualPort({ kind, tls }: Pick<EndpointForm, "kind" | "tls">): number {
  return kind === "ssh" ? 22 : tls ? DOCKER_TLS_PORT : DOCKER_PLAIN_PORT
}

/** Why a field cannot be sent. Messages are keys below `hosts.endpoint.problem`. */
export type EndpointProblem = "missing" | "path" | "host" | "port" | "pem" | "username" | "agent"
export type EndpointProblems = Partial<Record<keyof EndpointForm, EndpointProblem>>

const words: Partial<Record<keyof EndpointForm, EndpointProblem>> = {
  path: "path",
  host: "host",
  port: "port",
  username: "username",
  agent: "agent",
}

/** The endpoint that the form means, or what is wrong with it, by field. */
export function readEndpoint(form: EndpointForm): { endpoint: DockerEndpoint } | { problems: EndpointProblems } {
  const problems: EndpointProblems = {}
  for (const field of requiredFields(form)) if (form[field].trim() === "") problems[field] = "missing"
  for (const field of ["ca", "cert", "key", "privateKey"] as const)
    if (requiredFields(form).includes(field) && problems[field] === undefined && !isPem(form[field])) problems[field] = "pem"
  const parsed = dockerEndpoint.safeParse(candidate(form))
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path.at(-1) as keyof EndpointForm
    problems[field] ??= words[field] ?? "missing"
  }
  return parsed.success && Object.keys(problems).length === 0 ? { endpoint: parsed.data } : { problems }
}

type TextField = Exclude<keyof EndpointForm, "kind" | "tls" | "sshBy">

function requiredFields({ kind, tls, sshBy }: EndpointForm): TextField[] {
  switch (kind) {
    case "unix":
      return ["path"]
    case "tcp":
      return tls ? ["host", "ca", "cert", "key"] : ["host"]
    case "ssh":
      return ["host", "username", sshBy === "key" ? "privateKey" : "agent"]
  }
}

function candidate(form: EndpointForm): unknown {
  const host = form.host.trim()
  const port = form.port.trim() === "" ? undefined : Number(form.port)
  switch (form.kind) {
    case "unix":
      return { kind: "unix", path: form.path.trim() }
    case "tcp":
      return { kind: "tcp", host, port: port ?? usualPort(form), ...(form.tls && { tls: { ca: form.ca, cert: form.cert, key: form.key } }) }
    case "ssh":
      return {
        kind: "ssh",
        host,
        username: form.username.trim(),
        ...(port !== undefined && { port }),
        ...(form.sshBy === "agent"
          ? { agent: form.agent.trim() }
          : { privateKey: form.privateKey, ...(form.passphrase !== "" && { passphrase: form.passphrase }) }),
      }
  }
}

function isPem(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]+-----/.test(text)
}

/** The form of an endpoint as it is told (`tcp://10.0.0.2:2376 (TLS)`): all but the secrets, which are never told. */
export function formOfAddress(address: string | null): EndpointForm {
  const unix = /^unix:\/\/(.+)$/.exec(address ?? "")
  if (unix) return { ...emptyEndpointForm, kind: "unix", path: unix[1] ?? "" }
  const tcp = /^tcp:\/\/(.+):(\d+)( \(TLS\))?$/.exec(address ?? "")
  if (tcp) return { ...emptyEndpointForm, kind: "tcp", host: tcp[1] ?? "", port: tcp[2] ?? "", tls: tcp[3] !== undefined }
  const ssh = /^ssh:\/\/([^@]+)@(.+?)(?::(\d+))?$/.exec(address ?? "")
  if (ssh) return { ...emptyEndpointForm, kind: "ssh", username: ssh[1] ?? "", host: ssh[2] ?? "", port: ssh[3] ?? "" }
  return emptyEndpointForm
}

/** True for an address that never leaves the machine of the console. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host.trim())
}
