import type { Metadata } from "next"
import { LineSettingsPage } from "@/features/overprovisioning/settings/line-settings-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("overprovisioning")
}

export default function Page() {
  return <LineSettingsPage />
}
