import type { Metadata } from "next"
import { ImagesPage } from "@/features/images/images-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("images")
}

export default function Page() {
  return <ImagesPage />
}
