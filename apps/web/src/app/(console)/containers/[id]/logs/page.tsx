import { LogsPage } from "@/features/containers/logs/logs-page"

export default function Page() {
  return <LogsPage />
}
