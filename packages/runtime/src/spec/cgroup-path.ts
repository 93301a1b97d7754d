/** Where a container's cgroup is: `<root>/<tenant>/<containerId>` in every hierarchy (root: the engine instance's name). */
export interface CgroupLocation {
  tenant: string
  containerId: string
}
