import { describe, expect, it } from "vitest"
import { type DockerSubject, streamError, translateError } from "./translate-error.js"

const endpoint = { kind: "unix", path: "/run/docker.sock" } as const
const request = { method: "POST", path: "/x" }
const about = (kind: DockerSubject["kind"]): DockerSubject => ({ kind, name: "web", doing: "start it" })

function answer(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${message} `), { statusCode, json: { message } })
}

describe("an answer of the daemon becomes one error with one code", () => {
  it.each<[number, string, DockerSubject["kind"], string]>([
    [404, "No such container: web", "container", "not_found"],
    [404, "No such image: web:latest", "image", "image_not_found"],
    [404, "No such image: web:latest", "container", "image_not_found"],
    [409, 'Conflict. The container name "/web" is already in use by container "abc"', "container", "name_in_use"],
    [409, "Container abc is not running", "container", "conflict"],
    [
      409,
      "conflict: unable to remove repository reference (must force) - container abc is using its referenced image def",
      "image",
      "image_in_use",
    ],
    [409, "remove data: volume is in use - [abc]", "volume", "volume_in_use"],
    [403, "error while removing network: network x id y has active endpoints", "network", "network_in_use"],
    [
      500,
      "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated",
      "container",
      "port_in_use",
    ],
    [500, "write /var/lib/docker/tmp: no space left on device", "image", "disk_full"],
    [500, "something nobody has seen", "container", "runtime_failed"],
    [400, "invalid reference format", "image", "invalid_argument"],
    [501, "not implemented", "engine", "unsupported"],
    [500, "container abc does not exist in database: no such container", "container", "not_found"],
    [500, "container abc is running or paused, refusing to clean up: container state improper", "container", "conflict"],
    [500, "Error processing tar file(exit status 1): open /up/x: no such file or directory", "image", "archive_unsafe"],
  ])("%i %s", (status, message, kind, code) => {
    const error = translateError(answer(status, message), { about: about(kind), endpoint, request })
    expect(error).toMatchObject({ code, facts: { status, said: message } })
    expect(error.publicMessage).toContain(message)
  })

  it.each([
    ['exec: "/no/such": stat /no/such: no such file or directory: unknown', 127],
    ['exec: "nope": executable file not found in $PATH: unknown', 127],
    ['exec: "/text": permission denied: unknown', 126],
    ['exec: "/etc": is a directory: unknown', 126],
  ])("a command that cannot be run has the exit code of a shell: %s", (message, exitCode) => {
    const said = `OCI runtime create failed: container_linux.go: starting container process caused: ${message}`
    expect(translateError(answer(400, said), { about: about("container"), endpoint, request })).toMatchObject({
      code: "command_not_found",
      facts: { exitCode },
    })
  })
})

describe("what the daemon tells of a registry is worded as the embedded engine words it", () => {
  it.each([
    ['Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused', "registry_unavailable"],
    ['Get "https://r.test/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded)', "registry_unavailable"],
    ['Get "https://r.test:5000/v2/": http: server gave HTTP response to HTTPS client', "registry_unavailable"],
    ["toomanyrequests: You have reached your pull rate limit.", "registry_unavailable"],
    ["received unexpected HTTP status: 503 Service Unavailable", "registry_unavailable"],
    ["manifest for r.test/a:1 not found: manifest unknown: manifest unknown", "image_not_found"],
    ["An image does not exist locally with the tag: r.test/a", "image_not_found"],
    ["pull access denied for a, repository does not exist or may require 'docker login'", "registry_refused"],
    ['Head "http://r.test/v2/a/manifests/1": no basic auth credentials', "registry_refused"],
    ["unauthorized: authentication required", "registry_refused"],
    ["filesystem layer verification failed for digest sha256:aa", "digest_mismatch"],
    ["writing blob: storing blob to file: Digest did not match, expected sha256:aa, got sha256:bb", "digest_mismatch"],
    ["no matching manifest for linux/s390x in the manifest list entries", "unsupported"],
    ["unexpected end of JSON input", "registry_invalid"],
    ["write /var/lib/docker/tmp/x: no space left on device", "disk_full"],
    ["failed to register layer: Error processing tar file(exit status 1): unexpected EOF", "archive_invalid"],
  ])("%s", (said, code) => {
    const subject: DockerSubject = { kind: "image", name: "a:1", doing: "pull it", registry: "r.test" }
    expect(translateError(answer(500, said), { about: subject, endpoint, request })).toMatchObject({ code, facts: { said } })
    expect(streamError(said, subject, endpoint)).toMatchObject({ code, facts: { said } })
  })
})

describe("a daemon that is away", () => {
  it.each(["ENOENT", "ECONNREFUSED", "EPIPE", "ECONNRESET", "EACCES"])("%s names the endpoint and what to do", (code) => {
    const error = translateError(Object.assign(new Error(`connect ${code}`), { code }), { about: about("engine"), endpoint, request })
    expect(error).toMatchObject({ code: "engine_unavailable", facts: { endpoint: "unix:///run/docker.sock", errno: code } })
    expect(error.publicMessage).toMatch(/unix:\/\/\/run\/docker\.sock.*Start it/)
  })

  it("an aborted request is its caller's doing", () => {
    const error = translateError(Object.assign(new Error("aborted"), { name: "AbortError", code: "ABORT_ERR" }), {
      about: about("engine"),
      endpoint,
      request,
    })
    expect(error.code).toBe("aborted")
  })

  it("nor is it away when the line breaks because its caller gave up", () => {
    const controller = new AbortController()
    controller.abort()
    const error = translateError(Object.assign(new Error("aborted"), { code: "ECONNRESET" }), {
      about: about("engine"),
      endpoint,
      request: { ...request, signal: controller.signal },
    })
    expect(error.code).toBe("aborted")
  })
})
