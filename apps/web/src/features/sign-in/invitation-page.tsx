"use client"
import type { InvitationOffer } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Time } from "@/components/controls/time"
import { readInvitation } from "@/lib/invitation"
import { AcceptForm } from "./accept-form"
import { LinkOver } from "./link-over"
import { OfferTwoFactor } from "./offer-two-factor"
import { SignInFrame } from "./sign-in-frame"

/** Where an invitation's link leads: what it offers, the account that takes it, and a second factor for it. */
export function InvitationPage({ token }: { token: string }) {
  const t = useTranslations("invitation")
  const controls = useTranslations("controls")
  const [made, setMade] = useState<{ username: string; password: string } | "over" | null>(null)
  // Asked once: after the account is made, the link is over for everybody.
  const offer = useQuery({ queryKey: ["invitation", token], queryFn: () => readInvitation(token), staleTime: Number.POSITIVE_INFINITY })

  if (made !== null && made !== "over")
    return (
      <SignInFrame title={t("welcome", { name: made.username })} lead={t("protect")}>
        <OfferTwoFactor {...made} onDone={() => window.location.assign("/")} />
      </SignInFrame>
    )
  return (
    <SignInFrame title="Plimsoll" lead={offer.data && made === null ? <OfferText offer={offer.data} /> : t("title")}>
      {offer.error ? (
        <ErrorState error={offer.error} compact onRetry={() => void offer.refetch()} />
      ) : offer.data === undefined ? (
        <SkeletonRows rows={3} label={controls("loading")} />
      ) : offer.data === null || made === "over" ? (
        <LinkOver title={t("over")} advice={t("overAdvice")} />
      ) : (
        <AcceptForm token={token} onDone={setMade} onOver={() => setMade("over")} />
      )}
    </SignInFrame>
  )
}

function OfferText({ offer: { tenant, tenantTitle, role, expiresAt } }: { offer: InvitationOffer }) {
  const t = useTranslations("invitation")
  const roles = useTranslations("roles")
  const title = tenantTitle === null || tenantTitle === "" ? tenant : tenantTitle
  return (
    <>
      {title === null ? t("toStaff", { role: roles(role) }) : t("toTenant", { tenant: title, role: roles(role) })}
      <span className="block text-sm">
        {t("expires")} <Time at={expiresAt} show="clock" />
      </span>
    </>
  )
}
