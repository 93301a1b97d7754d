import type { Metadata } from "next"
import { TokensPage } from "@/features/tokens/tokens-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("tokens")
}

export default function Page() {
  return <TokensPage />
}
