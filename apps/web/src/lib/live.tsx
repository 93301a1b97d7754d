"use client"
import type { ContainersLiveMessage, HostLiveMessage, HostSummary, OverprovisioningNow, TransfersMessage } from "@plimsoll/server/contract"
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from "react"
import { arrangeHosts, type Hosts, noHosts } from "./hosts"
import { applyContainersMessage, type LiveContainers } from "./live-containers"
import { applyTransfersMessage, type LiveTransfers } from "./live-transfers"
import { useMay } from "./session"
import { type LiveState, SharedSubscription } from "./shared-subscription"
import { backoffMs, type Client, useTRPCClient } from "./trpc"

/** The load line, and when it came: the server's clock may be another. Epoch milliseconds. */
export interface ReceivedLine {
  now: OverprovisioningNow
  receivedAt: number
}

interface Live {
  host: SharedSubscription<HostLiveMessage, HostLiveMessage>
  hosts: SharedSubscription<HostSummary[], Hosts>
  containers: SharedSubscription<ContainersLiveMessage, LiveContainers>
  transfers: SharedSubscription<TransfersMessage, LiveTransfers>
  overprovisioning: SharedSubscription<OverprovisioningNow, ReceivedLine>
}

const LiveContext = createContext<Live | null>(null)
const common = { retryMs: (attempt: number) => backoffMs(attempt + 1), lingerMs: 10_000 }

function createLive(client: Client): Live {
  return {
    host: new SharedSubscription({
      ...common,
      open: (handlers) => client.host.live.subscribe(undefined, handlers),
      reduce: (_, message) => message,
    }),
    hosts: new SharedSubscription({
      ...common,
      open: (handlers) => client.hosts.live.subscribe(undefined, handlers),
      reduce: (_, hosts) => arrangeHosts(hosts),
    }),
    containers: new SharedSubscription({
      ...common,
      open: (handlers) => client.containers.live.subscribe(undefined, handlers),
      reduce: applyContainersMessage,
    }),
    transfers: new SharedSubscription({
      ...common,
      open: (handlers) => client.transfers.live.subscribe(undefined, handlers),
      reduce: applyTransfersMessage,
    }),
    overprovisioning: new SharedSubscription({
      ...common,
      open: (handlers) => client.overprovisioning.live.subscribe(undefined, handlers),
      reduce: (_, now) => ({ now, receivedAt: Date.now() }),
    }),
  }
}

/** Holds the subscriptions that all pages share. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useTRPCClient()
  const live = useMemo(() => createLive(client), [client])
  return <LiveContext value={live}>{children}</LiveContext>
}

function useLive(): Live {
  const live = useContext(LiveContext)
  if (live === null) throw new Error("useLive outside of LiveProvider")
  return live
}

const nothing: LiveState<never> = { data: undefined, error: null }
const noState = () => nothing
/** In the place of a subscription that the role may not have: it is not opened, and says nothing. */
const unopened = () => () => undefined

/** This machine's use, each second. For the provider's own people: others get nothing. */
export function useHostLive(): LiveState<HostLiveMessage> {
  const { host } = useLive()
  const open = useMay()("host.live")
  return useSyncExternalStore<LiveState<HostLiveMessage>>(open ? host.subscribe : unopened, open ? host.getState : noState, noState)
}

/** Keeps open what comes each second for this role, so that "live" is true on every page. */
export function useLiveBeat(): void {
  const { host, containers, hosts } = useLive()
  const may = useMay()
  // Before it is known who is signed in: what everybody may have, since it also tells whether the server is there.
  const beat = may("host.live") ? host : may("containers.live") ? containers : hosts
  useSyncExternalStore<unknown>(beat.subscribe, beat.getState, noState)
}

/** All hosts, anew at each change of one: it comes or goes, its containers become more or fewer. */
export function useHostsLive(): LiveState<Hosts> {
  const { hosts } = useLive()
  return useSyncExternalStore<LiveState<Hosts>>(hosts.subscribe, hosts.getState, noState)
}

/** All hosts; none until they are known. */
export function useHosts(): Hosts {
  return useHostsLive().data ?? noHosts
}

/** All containers with their figures, each second. */
export function useContainersLive(): LiveState<LiveContainers> {
  const { containers } = useLive()
  return useSyncExternalStore<LiveState<LiveContainers>>(containers.subscribe, containers.getState, noState)
}

/** Pulls and pushes: those under way, and those of the last hour. For the provider's own people: others get nothing. */
export function useTransfersLive(): LiveState<LiveTransfers> {
  const { transfers } = useLive()
  const open = useMay()("transfers.live")
  return useSyncExternalStore<LiveState<LiveTransfers>>(open ? transfers.subscribe : unopened, open ? transfers.getState : noState, noState)
}

/** The load line of this machine, every five seconds and after each sale. For the provider's own people: others get nothing. */
export function useOverprovisioningLive(): LiveState<ReceivedLine> {
  const { overprovisioning } = useLive()
  const open = useMay()("overprovisioning.live")
  return useSyncExternalStore<LiveState<ReceivedLine>>(
    open ? overprovisioning.subscribe : unopened,
    open ? overprovisioning.getState : noState,
    noState,
  )
}
