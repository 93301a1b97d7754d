"use client"
import { FailedPage } from "@/features/problems/failed-page"

export default function ErrorBoundary({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <FailedPage error={error} onRetry={reset} />
}
