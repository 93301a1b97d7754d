import { GraphsPage } from "@/features/containers/graphs/graphs-page"

export default function Page() {
  return <GraphsPage />
}
