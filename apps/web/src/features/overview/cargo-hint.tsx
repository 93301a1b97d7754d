"use client"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import type { Cargo } from "./sold"

const WIDTH = 224

/** Whose crate it is, over the crate. */
export function CargoHint({ cargo, x, bottom, width }: { cargo: Cargo; x: number; bottom: number; width: number }) {
  const t = useTranslations("overview")
  const format = useFormat()
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute z-10 rounded-control border border-line bg-raised px-2.5 py-1.5 text-sm shadow-pop"
      style={{ left: Math.max(4, Math.min(width - WIDTH - 4, x - WIDTH / 2)), bottom, width: WIDTH }}
    >
      <p className="flex justify-between gap-2">
        <span className="truncate font-medium">{cargo.name}</span>
        <span className="truncate text-mute">{cargo.tenant}</span>
      </p>
      <p className="text-mute">
        {t("cargoHint", {
          used: format.bytes(cargo.usedBytes),
          limit: format.bytes(cargo.limitBytes),
          share: format.percent(cargo.limitBytes > 0 ? cargo.usedBytes / cargo.limitBytes : 0),
        })}
      </p>
    </div>
  )
}
