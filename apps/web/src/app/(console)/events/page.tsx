import type { Metadata } from "next"
import { EventsPage } from "@/features/events/events-page"
import { pageTitle } from "@/lib/i18n/page-title"

export function generateMetadata(): Promise<Metadata> {
  return pageTitle("events")
}

export default function Page() {
  return <EventsPage />
}
