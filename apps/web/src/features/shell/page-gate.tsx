"use client"
import { usePathname } from "next/navigation"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { isSignedOut } from "@/lib/errors"
import { useMay, useSession } from "@/lib/session"
import { neededAt } from "./nav-items"

/** The page, once it is known who looks: what a role may not see is not even asked for. `refused` takes its place then. */
export function PageGate({ refused, children }: { refused: ReactNode; children: ReactNode }) {
  const controls = useTranslations("controls")
  const session = useSession()
  const may = useMay()
  const needs = neededAt(usePathname())
  if (session.data === undefined) {
    // Who is signed out is on the way to the sign-in page.
    if (session.error && !isSignedOut(session.error)) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />
    return <SkeletonRows rows={8} label={controls("loading")} />
  }
  return needs === null || may(needs) ? children : refused
}
