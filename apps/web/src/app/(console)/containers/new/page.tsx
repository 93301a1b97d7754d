import { CreateContainerPage } from "@/features/containers/create/create-container-page"

export default function Page() {
  return <CreateContainerPage />
}
