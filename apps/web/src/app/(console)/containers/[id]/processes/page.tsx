import { ProcessesPage } from "@/features/containers/processes/processes-page"

export default function Page() {
  return <ProcessesPage />
}
