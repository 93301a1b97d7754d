import { describe, expect, test } from "vitest"
import { emptyEndpointForm, formOfAddress, readEndpoint } from "./endpoint-form"

const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
const tcp = { ...emptyEndpointForm, kind: "tcp" as const, host: " 10.0.0.2 ", ca: pem, cert: pem, key: pem }
const ssh = { ...emptyEndpointForm, kind: "ssh" as const, host: "node", username: "ops", privateKey: pem }

describe("an endpoint's form", () => {
  test("is the endpoint that it means, with the usual port where none is typed", () => {
    expect(readEndpoint(emptyEndpointForm)).toEqual({ endpoint: { kind: "unix", path: "/run/docker.sock" } })
    expect(readEndpoint(tcp)).toEqual({ endpoint: { kind: "tcp", host: "10.0.0.2", port: 2376, tls: { ca: pem, cert: pem, key: pem } } })
    expect(readEndpoint({ ...tcp, tls: false })).toEqual({ endpoint: { kind: "tcp", host: "10.0.0.2", port: 2375 } })
    expect(readEndpoint(ssh)).toEqual({ endpoint: { kind: "ssh", host: "node", username: "ops", privateKey: pem } })
  })

  test("sends no secret of a kind that is not chosen", () => {
    expect(readEndpoint({ ...ssh, sshBy: "agent", agent: "/run/agent" })).toEqual({
      endpoint: { kind: "ssh", host: "node", username: "ops", agent: "/run/agent" },
    })
    expect(readEndpoint({ ...tcp, tls: false, passphrase: "secret" })).toEqual({ endpoint: { kind: "tcp", host: "10.0.0.2", port: 2375 } })
  })

  test("says by field what is wrong", () => {
    expect(readEndpoint({ ...emptyEndpointForm, path: "run/docker.sock" })).toEqual({ problems: { path: "path" } })
    expect(readEndpoint({ ...tcp, host: "", port: "99999", ca: "", cert: "no certificate" })).toEqual({
      problems: { host: "missing", port: "port", ca: "missing", cert: "pem" },
    })
    expect(readEndpoint({ ...ssh, username: "two words", privateKey: "x" })).toEqual({
      problems: { username: "username", privateKey: "pem" },
    })
    expect(readEndpoint({ ...tcp, port: "http" })).toEqual({ problems: { port: "port" } })
  })

  test("comes back from how the endpoint is told, without its secrets", () => {
    expect(formOfAddress("unix:///run/docker.sock")).toEqual(emptyEndpointForm)
    expect(formOfAddress("tcp://[fe80::1]:2375")).toMatchObject({ kind: "tcp", host: "[fe80::1]", port: "2375", tls: false })
    expect(formOfAddress("tcp://10.0.0.2:2376 (TLS)")).toMatchObject({ kind: "tcp", host: "10.0.0.2", port: "2376", tls: true, key: "" })
    expect(formOfAddress("ssh://ops@node")).toMatchObject({ kind: "ssh", username: "ops", host: "node", port: "" })
    expect(formOfAddress("ssh://ops@node:2222")).toMatchObject({ kind: "ssh", host: "node", port: "2222" })
  })
})
