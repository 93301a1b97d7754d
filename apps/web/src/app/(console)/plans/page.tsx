import type { Metadata } from "next"
import { PlansPage } from "@/features/plans/plans-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("plans")
}

export default function Page() {
  return <PlansPage />
}
