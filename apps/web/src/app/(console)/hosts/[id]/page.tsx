import type { Metadata } from "next"
import { HostPage } from "@/features/hosts/detail/host-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("hosts")
}

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <HostPage id={decodeURIComponent(id)} />
}
