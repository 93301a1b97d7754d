import { FilesPage } from "@/features/containers/files/files-page"

export default function Page() {
  return <FilesPage />
}
