import type { Ability } from "../engine.js"
import { findTool } from "../kernel/find-tool.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { installCommand } from "../kernel/tool-packages.js"
import { parseToolVersion } from "../kernel/tool-version.js"

interface Tool {
  name: string
  title: string
  without: string
  required: boolean
  versionArgument?: string
}

const tools: readonly Tool[] = [
  { name: "conmon", title: "Supervisor of each container (conmon)", without: "Containers would die with the daemon.", required: true },
  { name: "nft", title: "Packet filter tool (nft)", without: "No address translation and no published ports.", required: true },
  { name: "ip", title: "Network tool (ip)", without: "No links can be looked at or made.", required: true, versionArgument: "-V" },
  { name: "unshare", title: "Namespace tool (unshare)", without: "Layers cannot be shown with a tenant's user ids.", required: true },
  {
    name: "busybox",
    title: "Programs of the starter image (busybox-static)",
    without: "The starter image cannot be made.",
    required: false,
    versionArgument: "--help",
  },
]

const inits = ["catatonit", "tini"]

/** Host tools with their versions, and the command that installs what is missing. */
export async function probeTools(spawn: SpawnTool): Promise<Ability[]> {
  return [...(await Promise.all(tools.map((tool) => probeTool(spawn, tool)))), await probeInit(spawn)]
}

async function probeTool(spawn: SpawnTool, { name, title, without, required, versionArgument }: Tool): Promise<Ability> {
  const path = findTool(name)
  if (path === undefined)
    return { name: `tool.${name}`, title, status: "missing", detail: `Not installed. ${without}`, remedy: installCommand(name), required }
  return {
    name: `tool.${name}`,
    title,
    status: "available",
    detail: `${await versionOf(spawn, path, versionArgument)} at ${path}.`,
    required,
  }
}

async function probeInit(spawn: SpawnTool): Promise<Ability> {
  const base = { name: "init", title: "Init that reaps zombies (catatonit or tini)", required: false }
  const path = inits.map((name) => findTool(name)).find((found) => found !== undefined)
  if (path === undefined)
    return {
      ...base,
      status: "missing",
      detail: "Neither is installed; containers must do without an init.",
      remedy: installCommand("catatonit"),
    }
  return { ...base, status: "available", detail: `${await versionOf(spawn, path)} at ${path}.` }
}

async function versionOf(spawn: SpawnTool, path: string, argument = "--version"): Promise<string> {
  const { stdout, stderr } = await spawn(path, [argument], { acceptExitCodes: "any", timeoutMs: 10_000 })
  return parseToolVersion(stdout) ?? parseToolVersion(stderr) ?? "Version unknown"
}
