import type { Metadata } from "next"
import { VolumesPage } from "@/features/volumes/volumes-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("volumes")
}

export default function Page() {
  return <VolumesPage />
}
