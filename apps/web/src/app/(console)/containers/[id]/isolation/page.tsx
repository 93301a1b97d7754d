import { IsolationPage } from "@/features/containers/isolation/isolation-page"

export default function Page() {
  return <IsolationPage />
}
