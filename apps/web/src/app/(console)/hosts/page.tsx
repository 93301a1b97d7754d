import type { Metadata } from "next"
import { HostsPage } from "@/features/hosts/list/hosts-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("hosts")
}

export default function Page() {
  return <HostsPage />
}
