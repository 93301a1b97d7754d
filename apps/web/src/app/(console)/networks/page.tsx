import type { Metadata } from "next"
import { NetworksPage } from "@/features/networks/networks-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("networks")
}

export default function Page() {
  return <NetworksPage />
}
