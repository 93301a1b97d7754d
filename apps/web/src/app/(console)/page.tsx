import type { Metadata } from "next"
import { OverviewPage } from "@/features/overview/overview-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("overview")
}

export default function Page() {
  return <OverviewPage />
}
