import { ContainersPage } from "@/features/containers/list/containers-page"

export default function Page() {
  return <ContainersPage />
}
