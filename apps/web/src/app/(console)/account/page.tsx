import type { Metadata } from "next"
import { AccountPage } from "@/features/account/account-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("account")
}

export default function Page() {
  return <AccountPage />
}
