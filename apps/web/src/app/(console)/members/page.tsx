import type { Metadata } from "next"
import { MembersPage } from "@/features/members/members-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("members")
}

export default function Page() {
  return <MembersPage />
}
