import { localHost } from "@plimsoll/server/contract"
import type { Metadata } from "next"
import { ImagePage } from "@/features/images/image-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("images")
}

interface PageProps {
  params: Promise<{ reference: string }>
  searchParams: Promise<{ host?: string | string[] }>
}

export default async function Page({ params, searchParams }: PageProps) {
  const { reference } = await params
  const { host } = await searchParams
  return <ImagePage reference={decodeURIComponent(reference)} host={typeof host === "string" ? host : localHost} />
}
