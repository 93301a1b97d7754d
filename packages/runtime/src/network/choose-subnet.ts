import { EngineError } from "../errors.js"
import { parseSubnet, type Subnet, subnetSize, subnetsOverlap } from "./ipv4.js"

/**
 * Ranges to choose from, in order. Left out are those that others take by default: Docker (172.17.0.0/16 and on), Podman
 * (10.88.0.0/16), libvirt (192.168.122.0/24), LXD, and the pods and services of Kubernetes distributions (10.42, 10.43, 10.96, 10.244).
 */
const pools = [
  "10.201.0.0/16",
  "10.202.0.0/15",
  "10.210.0.0/15",
  "10.150.0.0/15",
  "172.30.0.0/16",
  "192.168.208.0/20",
  "10.160.0.0/11",
].map(parseSubnet)

/**
 * The first subnet of `prefixLength` (20 to 32) in the pools that overlaps nothing in `taken` (routes and addresses of the host). `preference` (any
 * number) decides where the search begins in the first pools, so that two instances that start at once differ.
 * Rejects with `address_exhausted` when none is free.
 */
export function chooseSubnet(taken: readonly Subnet[], { preference, prefixLength }: { preference: number; prefixLength: number }): Subnet {
  const candidates = pools.flatMap((pool) => slices(pool, prefixLength))
  const first = preference % Math.min(candidates.length, 48)
  const ordered = [...candidates.slice(first), ...candidates.slice(0, first)]
  const free = ordered.find((candidate) => !taken.some((other) => subnetsOverlap(candidate, other)))
  if (free !== undefined) return free
  throw new EngineError("address_exhausted", {
    facts: { op: "choose subnet", pools: pools.length, candidates: candidates.length },
    publicMessage:
      "Every private subnet that the engine would take collides with a route of this host. Free one of 10.201.0.0/16, 10.202.0.0/15, 172.30.0.0/16.",
  })
}

function slices(pool: Subnet, prefixLength: number): Subnet[] {
  const size = subnetSize({ base: 0, prefixLength })
  return Array.from({ length: subnetSize(pool) / size }, (_, index) => ({ base: pool.base + index * size, prefixLength }))
}
