import type { Role } from "./session.js"

/**
 * Who may do what. An operation that is not in this table is refused: the table is the list of what exists. A tenant's roles reach only what is
 * their tenant's: see `services/scope`. It is data of the contract, so that the console offers what the server would do, and nothing else; what
 * decides is `trpc/authorise` alone.
 */
const operator: readonly Role[] = ["operator"]
const staff: readonly Role[] = ["operator", "support"]
const everyone: readonly Role[] = ["operator", "support", "owner", "member", "viewer"]
/** Those who change containers, volumes and networks. */
const workers: readonly Role[] = ["operator", "owner", "member"]
/** Those who decide who else may come in. */
const managers: readonly Role[] = ["operator", "owner"]
const managersAndSupport: readonly Role[] = ["operator", "support", "owner"]

export const operations = {
  "session.me": everyone,
  "session.sessions": everyone,
  "session.revoke": everyone,
  "session.changePassword": everyone,
  "session.lookAs": operator,
  // While an operator looks as a tenant, the role is that tenant's.
  "session.lookAsEnd": everyone,
  "host.info": staff,
  "host.live": staff,
  "hosts.list": everyone,
  "hosts.live": everyone,
  "hosts.test": operator,
  "hosts.add": operator,
  "hosts.change": operator,
  "hosts.remove": operator,
  "containers.list": everyone,
  "containers.inspect": everyone,
  "containers.create": workers,
  "containers.pullAndCreate": operator,
  "containers.start": workers,
  "containers.stop": workers,
  "containers.kill": workers,
  "containers.restart": workers,
  "containers.pause": workers,
  "containers.resume": workers,
  "containers.nap": workers,
  "containers.hibernate": workers,
  "containers.wake": workers,
  "containers.reclaim": operator,
  "containers.rename": workers,
  "containers.remove": workers,
  "containers.bulk": workers,
  "containers.update": workers,
  "containers.resizeDisk": workers,
  "containers.compactDisk": workers,
  "containers.commit": operator,
  "containers.top": everyone,
  "containers.diff": everyone,
  "containers.files": everyone,
  "containers.namespaces": everyone,
  "containers.cgroupTree": everyone,
  "containers.openTerminal": workers,
  "containers.rejoinTerminal": workers,
  "containers.attach": workers,
  "containers.live": everyone,
  "containers.stats": everyone,
  "containers.logs": everyone,
  "images.list": everyone,
  "images.inspect": everyone,
  "images.tag": operator,
  "images.remove": operator,
  "images.pull": operator,
  "images.push": operator,
  "images.collect": operator,
  "transfers.live": staff,
  "transfers.cancel": operator,
  "registries.list": staff,
  "registries.add": operator,
  "registries.change": operator,
  "registries.remove": operator,
  "registries.test": operator,
  "networks.list": everyone,
  "networks.create": workers,
  "networks.remove": workers,
  "networks.connect": workers,
  "networks.disconnect": workers,
  "volumes.list": everyone,
  "volumes.inspect": everyone,
  "volumes.create": workers,
  "volumes.resize": workers,
  "volumes.compact": workers,
  "volumes.remove": workers,
  "plans.list": staff,
  "plans.create": operator,
  "plans.change": operator,
  "plans.remove": operator,
  "tenants.list": everyone,
  "tenants.inspect": everyone,
  "tenants.create": operator,
  "tenants.change": operator,
  "tenants.suspend": operator,
  "tenants.resume": operator,
  "tenants.remove": operator,
  "tenants.keep": operator,
  "overprovisioning.now": staff,
  "overprovisioning.live": staff,
  "overprovisioning.history": staff,
  "overprovisioning.sales": staff,
  "overprovisioning.whatIf": staff,
  "overprovisioning.changeSettings": operator,
  "overprovisioning.changeLadder": operator,
  "members.list": everyone,
  "members.invitations": managersAndSupport,
  "members.invite": managers,
  "members.revokeInvitation": managers,
  "members.change": managers,
  "members.remove": managers,
  "members.resetLink": managers,
  "members.unlock": managers,
  "tokens.list": managersAndSupport,
  "tokens.create": managers,
  "tokens.revoke": managers,
  "metering.month": everyone,
  "metering.hours": everyone,
  "events.list": everyone,
  "events.stream": everyone,
  "metrics.series": everyone,
  "metrics.recent": everyone,
  // HTTP beside tRPC.
  "http.containers.archive.read": everyone,
  "http.containers.archive.write": workers,
  "http.containers.logs": everyone,
  "http.images.load": operator,
  "http.images.import": operator,
  "http.images.save": operator,
  "http.terminal": workers,
  "http.events.export": everyone,
  "http.metering.export": everyone,
  "http.tenants.export": staff,
  "http.metrics": everyone,
} as const satisfies Record<string, readonly Role[]>

export type OperationName = keyof typeof operations

/** True when the table knows the operation. */
export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name)
}

/** True when the table lets the role do it. */
export function mayDo(role: Role, operation: OperationName): boolean {
  const allowed: readonly Role[] = operations[operation]
  return allowed.includes(role)
}
