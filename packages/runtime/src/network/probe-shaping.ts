import type { Ability } from "../engine.js"
import { isEngineError } from "../errors.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { installCommand } from "../kernel/tool-packages.js"
import { removeLink } from "./container-link.js"
import type { HostNetwork } from "./host-network.js"
import { createIfb } from "./netlink/links.js"

/** Name of the ability: the sum of a tenant's traffic can be limited. */
export const shapingAbility = "network.rates"

/** Makes one queue as `TrafficShaper` does, and removes it. */
export async function probeShaping(options: { host: HostNetwork; spawn: SpawnTool; prefix: string }): Promise<Ability> {
  const { host, spawn, prefix } = options
  const ability = { name: shapingAbility, title: "Rates of tenants' networks (tc with ifb)", required: false }
  const device = `${prefix}+probe`
  try {
    await removeLink(host, device)
    await host.request("create ifb", createIfb(device))
    const queue = ["root", "tbf", "rate", "1000000bps", "burst", "80000", "limit", "80000"]
    await spawn("tc", ["qdisc", "add", "dev", device, ...queue], { errorCode: "network_failed", timeoutMs: 10_000 })
    await spawn("tc", ["qdisc", "add", "dev", device, "clsact"], { errorCode: "network_failed", timeoutMs: 10_000 })
    return { ...ability, status: "available", detail: "The kernel queues what a tenant sends and receives in sum." }
  } catch (error) {
    if (isEngineError(error, "tool_missing"))
      return { ...ability, status: "missing", detail: "The tool tc is not installed.", remedy: installCommand("tc") }
    if (!isEngineError(error, "network_failed")) throw error
    const detail = `The kernel has no such queues (ifb, sch_tbf, clsact): ${error.publicMessage}`
    return { ...ability, status: "missing", detail, remedy: "modprobe -a ifb sch_tbf sch_ingress cls_u32 act_mirred" }
  } finally {
    await removeLink(host, device)
  }
}
