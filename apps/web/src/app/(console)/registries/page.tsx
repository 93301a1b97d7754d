import type { Metadata } from "next"
import { RegistriesPage } from "@/features/registries/registries-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("registries")
}

export default function Page() {
  return <RegistriesPage />
}
