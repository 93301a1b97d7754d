import type { Metadata } from "next"
import { OverprovisioningPage } from "@/features/overprovisioning/overprovisioning-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("overprovisioning")
}

export default function Page() {
  return <OverprovisioningPage />
}
