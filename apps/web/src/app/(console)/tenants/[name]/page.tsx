import type { Metadata } from "next"
import { MembersPanel } from "@/features/members/members-panel"
import { TenantPage } from "@/features/tenants/detail/tenant-page"
import { TokensPanel } from "@/features/tokens/tokens-panel"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("tenants")
}

export default async function Page({ params }: { params: Promise<{ name: string }> }) {
  const name = decodeURIComponent((await params).name)
  return (
    <TenantPage name={name}>
      <MembersPanel tenant={name} />
      <TokensPanel tenant={name} />
    </TenantPage>
  )
}
