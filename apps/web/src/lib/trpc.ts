"use client"
import type { AppRouter } from "@plimsoll/server"
import { QueryClient } from "@tanstack/react-query"
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, type TRPCLink, wsLink } from "@trpc/client"
import { observable } from "@trpc/server/observable"
import { createTRPCContext } from "@trpc/tanstack-react-query"
import { noteData, setPhase } from "./connection"
import { isSignedOut, isUnreachable } from "./errors"
import { signInPath, whySignedOut } from "./sign-in-path"

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

export type Client = ReturnType<typeof createClient>

/** 0.5 s, 1 s, 2 s … 15 s, each ± 20 %, so that many consoles do not come back at the same instant. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.min(15_000, 500 * 2 ** Math.min(attempt, 10)) * (0.8 + 0.4 * random())
}

/** Subscriptions over one WebSocket that heals by itself; all else over HTTP, batched. */
export function createClient() {
  const socket = createWSClient({
    url: () => `${window.location.protocol === "https:" ? "wss" : "ws"}://${window.location.host}/trpc`,
    retryDelayMs: (attempt) => backoffMs(attempt),
    keepAlive: { enabled: true, intervalMs: 5000, pongTimeoutMs: 4000 },
    lazy: { enabled: true, closeMs: 30_000 },
    onOpen: () => setPhase("live"),
    onError: () => setPhase("offline"),
    onClose: (cause) => {
      // 1000: nobody listens any more, closed by ourselves.
      if (cause?.code !== 1000) setPhase("offline")
    },
  })
  return createTRPCClient<AppRouter>({
    links: [
      toSignIn,
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: [dataSeen, wsLink({ client: socket })],
        false: httpBatchLink({ url: "/trpc", maxURLLength: 4000 }),
      }),
    ],
  })
}

/** When the session that this page works with ends; `null` until it is known that there is one. */
let sessionExpiresAt: number | null = null

/** Whatever fails because nobody is signed in (any more) leads to the sign-in page and back. */
const toSignIn: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) =>
      next(op).subscribe({
        next(value) {
          if (op.path === "session.me" && value.result.type !== "started" && value.result.type !== "stopped") noteSession(value.result.data)
          observer.next(value)
        },
        error(error) {
          const { pathname, search } = window.location
          if (isSignedOut(error) && pathname !== "/sign-in")
            window.location.assign(signInPath(pathname + search, whySignedOut(sessionExpiresAt, Date.now())))
          observer.error(error)
        },
        complete: () => observer.complete(),
      }),
    )

function noteSession(me: unknown): void {
  if (typeof me === "object" && me !== null && "expiresAt" in me && typeof me.expiresAt === "number") sessionExpiresAt = me.expiresAt
}

/** Feeds "last data N s ago". */
const dataSeen: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) =>
      next(op).subscribe({
        next(value) {
          if (value.result.type === "data") noteData()
          observer.next(value)
        },
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      }),
    )

/** Answers are kept for a moment; only a server that is away is asked again, and never for changes. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        retry: (failures, error) => isUnreachable(error) && failures < 2,
        retryDelay: (attempt) => backoffMs(attempt),
      },
      mutations: { retry: false },
    },
  })
}
