import { describe, expect, it } from "vitest"
import { runtimeFailure } from "./runtime-failure.js"

const codeOf = (said: string) => {
  const { code, facts } = runtimeFailure({ op: "exec", runtime: "crun", command: "x", said })
  return code === "command_not_found" ? facts.exitCode : code
}

// Recorded from crun 1.8.1 (Debian 12), crun 1.21 and runc 1.1.15 (Debian 13).
describe("what an OCI runtime says about a command", () => {
  it.each([
    "executable file `no-such-command` not found in $PATH: No such file or directory",
    "executable file `/no/such/command` not found: No such file or directory",
    'exec failed: unable to start container process: exec: "no-such-command": executable file not found in $PATH',
    'runc run failed: unable to start container process: exec: "/no/such/command": stat /no/such/command: no such file or directory',
    'level=error msg="exec failed: exec: \\"/x\\": stat /x: no such file or directory"',
    "exec container process (missing dynamic library?) `/x`: No such file or directory",
  ])("%s: it is not there", (said) => {
    expect(codeOf(said)).toBe(127)
  })

  it.each([
    "open executable: Permission denied",
    "the path `/not-executable` exists but it is not executable: Operation not permitted",
    "the path `/etc` is not a regular file: Operation not permitted",
    'exec failed: unable to start container process: exec: "/not-executable": permission denied',
    'exec failed: unable to start container process: exec: "/etc": is a directory',
    'level=error msg="runc create failed: unable to start container process: exec: \\"/srv\\": is a directory"',
  ])("%s: it is no program", (said) => {
    expect(codeOf(said)).toBe(126)
  })

  it.each([
    "the container `0123` is not running.",
    "the container `0123` is paused",
    'level=error msg="cannot exec in a paused container (use --ignore-paused to override)"',
    'level=error msg="cannot exec in a stopped container"',
  ])("%s: the container's state is against it", (said) => {
    expect(codeOf(said)).toBe("conflict")
  })

  it.each([
    "cannot fork: Resource temporarily unavailable",
    "mount `tmpfs` to `/tmp`: No such file or directory",
    "chdir to `/absent`: No such file or directory",
    'exec failed: unable to start container process: chdir to cwd ("/absent") set in config.json failed: no such file or directory',
    "",
  ])("%s: the runtime's own failure", (said) => {
    expect(codeOf(said)).toBe("runtime_failed")
  })
})
