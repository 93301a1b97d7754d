import type { DockerContext } from "../docker-context.js"

export interface NewNetwork {
  name: string
  labels: Record<string, string>
  internal?: boolean
  /** Like `10.1.2.0/24`; absent: the engine chooses. */
  subnet?: string | undefined
}

/**
 * Makes a bridge. Rejects with `name_in_use` or `conflict` when there is one of that name. Docker lets nothing pass between it and others;
 * Podman's Docker API cannot be asked for it (`network.apart` in the engine's abilities).
 */
export async function makeNetwork({ client }: DockerContext, { name, labels, internal = false, subnet }: NewNetwork): Promise<void> {
  await client.json({
    method: "POST",
    path: "/networks/create",
    body: {
      Name: name,
      CheckDuplicate: true,
      Driver: "bridge",
      Internal: internal,
      Labels: labels,
      ...(subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: subnet }] } }),
    },
    about: { kind: "network", name, doing: "make it" },
  })
}
