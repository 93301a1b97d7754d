import { NotFoundPage } from "@/features/problems/not-found-page"

export default function NotFound() {
  return <NotFoundPage />
}
