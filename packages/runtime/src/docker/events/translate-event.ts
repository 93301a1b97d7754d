import type { EngineEvent, EngineEventAction } from "../../engine.js"
import { tenantOf } from "../labels.js"
import type { WireEvent } from "../wire.js"

/** Docker's event in our words, without its cursor. Undefined for what has none here (execs merely made). */
export function translateEvent(wire: WireEvent, at: number): Omit<EngineEvent, "cursor"> | undefined {
  const kind = kinds[wire.Type ?? ""]
  const said = wire.Action ?? wire.status ?? ""
  // "exec_start: /bin/sh", "health_status: healthy"
  const [verb = "", detail = ""] = said.split(/:\s*(.*)/s)
  const action = kind === undefined ? undefined : actions[kind]?.[verb]
  if (kind === undefined || action === undefined) return undefined
  const given = wire.Actor?.Attributes ?? {}
  // Podman's name the container, and not the network.
  if (kind === "network" && given.type === undefined) return undefined
  const id = wire.Actor?.ID ?? wire.id ?? ""
  const name = given.name ?? id
  return {
    at,
    kind,
    action,
    id: id === "" ? name : id,
    // Of a pull Docker tells the repository as its name, and the whole reference as its id.
    name: id.startsWith(`${name}:`) ? id : name,
    tenant: tenantOf(given),
    attributes: attributesOf(action, detail, given),
  }
}

const kinds: Readonly<Record<string, EngineEvent["kind"]>> = {
  container: "container",
  image: "image",
  network: "network",
  volume: "volume",
}

/** Podman has words of its own for some: `died`, `remove`, `exec`, `loadfromarchive`. */
const actions: Readonly<Partial<Record<EngineEvent["kind"], Readonly<Record<string, EngineEventAction>>>>> = {
  container: {
    create: "create",
    start: "start",
    die: "exit",
    died: "exit",
    oom: "oom",
    stop: "stop",
    kill: "kill",
    restart: "restart",
    pause: "pause",
    unpause: "resume",
    rename: "rename",
    destroy: "remove",
    remove: "remove",
    update: "update",
    health_status: "health",
    exec_start: "exec-start",
    exec_die: "exec-exit",
    exec: "exec-start",
    exec_died: "exec-exit",
    attach: "attach",
    commit: "commit",
    "extract-to-dir": "copy-in",
  },
  image: {
    load: "load",
    loadfromarchive: "load",
    import: "import",
    tag: "tag",
    untag: "untag",
    delete: "delete",
    remove: "delete",
    pull: "pull",
    push: "push",
  },
  network: { create: "create", destroy: "remove", connect: "connect", disconnect: "disconnect" },
  volume: { create: "create", destroy: "remove" },
}

/** Of the attributes only what is about the event: Docker mixes all labels of the object in. */
function attributesOf(action: EngineEventAction, detail: string, given: Record<string, string>): Record<string, string> {
  const chosen: Record<string, string | undefined> = {
    image: given.image,
    exitCode: given.exitCode,
    signal: given.signal,
    execId: given.execID,
    oldName: given.oldName?.replace(/^\//, ""),
    container: given.container,
    ...(action === "health" ? { healthStatus: detail } : {}),
    ...(action === "exec-start" ? { command: detail } : {}),
  }
  return Object.fromEntries(Object.entries(chosen).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
