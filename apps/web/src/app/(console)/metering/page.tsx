import type { Metadata } from "next"
import { MeteringPage } from "@/features/metering/metering-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("metering")
}

export default function Page() {
  return <MeteringPage />
}
