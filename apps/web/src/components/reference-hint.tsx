"use client"
import type { RegistrySummary } from "@plimsoll/server/contract"
import Link from "next/link"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { readReference } from "@/lib/read-reference"

interface ReferenceHintProps {
  reference: string
  /** Those that are configured; `undefined` while they are read. */
  registries: readonly RegistrySummary[] | undefined
}

/** How a reference is read, of which registry it is asked, and as whom. Nothing for what is no reference. */
export function ReferenceHint({ reference, registries }: ReferenceHintProps) {
  const t = useTranslations("transfers")
  const read = readReference(reference)
  if (read === null) return null
  const registry = registries?.find((each) => each.registry.toLowerCase() === read.registry.toLowerCase())
  const values = { registry: read.registry, code: (text: ReactNode) => <code className="break-all text-sm">{text}</code> }
  return (
    <span className="flex flex-col">
      <span>{t.rich("readAs", { ...values, full: read.full })}</span>
      {registries === undefined ? null : registry?.username ? (
        <span>{t.rich("askedAs", { ...values, name: registry.username })}</span>
      ) : (
        <span>
          {t.rich("askedWithout", {
            ...values,
            link: (text: ReactNode) => (
              <Link
                href={`/registries?${new URLSearchParams({ add: "true", registry: read.registry })}`}
                className="rounded underline decoration-line-strong hover:decoration-ink"
              >
                {text}
              </Link>
            ),
          })}
        </span>
      )}
      {registry && registry.mirrors.length > 0 ? <span>{t("mirrorsFirst", { mirrors: registry.mirrors.join(", ") })}</span> : null}
    </span>
  )
}
