"use client"
import Link from "next/link"
import { containerHref } from "@/lib/container-href"
import { useContainersLive } from "@/lib/live"

/** Containers by name, each a link to its page. One that is not known is shown by the beginning of its id. */
export function ContainerLinks({ ids }: { ids: readonly string[] }) {
  const { data } = useContainersLive()
  return (
    <ul className="flex flex-wrap gap-x-3">
      {ids.map((id) => {
        const row = data?.byId.get(id)
        return (
          <li key={id}>
            <Link
              href={row ? containerHref(row) : `/containers/${encodeURIComponent(id)}`}
              prefetch={false}
              className="inline-block min-w-6 rounded leading-6 underline decoration-line-strong hover:decoration-ink"
            >
              {row?.name ?? id.slice(0, 12)}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
