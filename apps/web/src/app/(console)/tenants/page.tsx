import type { Metadata } from "next"
import { TenantsPage } from "@/features/tenants/list/tenants-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("tenants")
}

export default function Page() {
  return <TenantsPage />
}
