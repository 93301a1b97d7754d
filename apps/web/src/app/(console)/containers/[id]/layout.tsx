import type { ReactNode } from "react"
import { ContainerFrame } from "@/features/containers/detail/container-frame"

export default async function Layout({ params, children }: { params: Promise<{ id: string }>; children: ReactNode }) {
  const { id } = await params
  return <ContainerFrame address={decodeURIComponent(id)}>{children}</ContainerFrame>
}
