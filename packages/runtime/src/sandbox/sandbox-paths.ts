import { readdirSync } from "node:fs"
import { join } from "node:path"
import { errnoOf } from "../errors.js"

/** Where the sandboxes of one engine instance keep their run-time state. */
export class SandboxPaths {
  readonly runDirectory: string

  constructor(runDirectory: string) {
    this.runDirectory = runDirectory
  }

  /** One directory a container: its OCI configuration, conmon's sockets and fifos, and its exec sessions. */
  get bundles(): string {
    return join(this.runDirectory, "bundles")
  }

  /** conmon writes one file a container here: its exit code. */
  get exits(): string {
    return join(this.runDirectory, "exits")
  }

  /** State of the OCI runtimes, a directory each. */
  get runtimes(): string {
    return join(this.runDirectory, "oci")
  }

  /** Short-lived console sockets of conmon. */
  get temporary(): string {
    return join(this.runDirectory, "s")
  }

  bundle(id: string): string {
    return join(this.bundles, id)
  }

  exit(id: string): string {
    return join(this.exits, id)
  }

  runtimeState(runtime: string, id = ""): string {
    return join(this.runtimes, runtime, id)
  }

  execs(id: string): string {
    return join(this.bundles, id, "execs")
  }

  exec(id: string, execId: string): string {
    return join(this.bundles, id, "execs", execId)
  }
}

/** Names of the directories in a directory, hidden ones left out; none when it is absent. */
export function directoriesIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => entry.name)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return []
    throw error
  }
}
