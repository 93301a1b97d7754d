import { join } from "node:path"
import { EngineError } from "../errors.js"
import type { CgroupLocation } from "../spec/cgroup-path.js"

/** Path of a container's group below each hierarchy's mount. Rejects names that are not one plain path component: they come from state on disk. */
export function groupPath(rootName: string, location: CgroupLocation): string {
  return join(tenantPath(rootName, location.tenant), component(location.containerId))
}

/** Path of a tenant's group below each hierarchy's mount. */
export function tenantPath(rootName: string, tenant: string): string {
  return join("/", component(rootName), component(tenant))
}

// A dot would allow `..` and, on v2, a name like that of an interface file.
function component(name: string): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(name))
    throw new EngineError("invalid_argument", {
      facts: { name: name.slice(0, 140) },
      publicMessage: "A cgroup's name may hold letters, digits, - and _ only.",
    })
  return name
}
