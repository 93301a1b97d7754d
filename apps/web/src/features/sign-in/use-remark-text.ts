"use client"
import { useTranslations } from "use-intl"
import { type SignInRemark, waitOf } from "./sign-in-steps"

/** A remark in the language of the page. */
export function useRemarkText(): (remark: SignInRemark) => string {
  const t = useTranslations("signIn")
  const more = useTranslations("signInSteps")
  return (remark) => {
    if (remark.kind === "required" || remark.kind === "wrong") return t(remark.kind)
    if (remark.kind !== "wait") return more(remark.kind)
    if (remark.seconds === null) return t("tooManySoon")
    const { unit, count } = waitOf(remark.seconds)
    return unit === "seconds" ? t("tooMany", { seconds: count }) : more("waitMinutes", { count })
  }
}
