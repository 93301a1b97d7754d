"use client"
import { useRouter } from "next/navigation"
import { useMemo, useState } from "react"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import { useSize } from "@/lib/use-size"
import { CargoHint } from "./cargo-hint"
import { type HullGeometry, layOutHull, waves } from "./hull-geometry"
import { HullTable } from "./hull-table"
import type { Cargo } from "./sold"
import { type Crate, stow } from "./stow"

export interface HullProps {
  capacityBytes: number
  usedBytes: number
  /** Page cache: it looks used, and could go. */
  cachedBytes: number
  soldBytes: number
  cargo: readonly Cargo[]
}

/**
 * The machine as a ship. The hull is what it has, the water what is used now, each crate on deck the memory that one
 * container was sold, filled as far as it uses it. A full row of crates is once the machine.
 */
export function Hull(props: HullProps) {
  const { capacityBytes, usedBytes, cachedBytes, soldBytes, cargo } = props
  const t = useTranslations("overview")
  const format = useFormat()
  const router = useRouter()
  const [element, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<Crate | null>(null)
  const crates = useMemo(() => stow(cargo, capacityBytes), [cargo, capacityBytes])
  const rows = Math.max(1, ...crates.map((crate) => crate.row + 1))
  const geometry = size === null ? null : layOutHull(size, rows)
  const used = capacityBytes > 0 ? usedBytes / capacityBytes : 0
  const withCache = capacityBytes > 0 ? Math.min(1, (usedBytes + cachedBytes) / capacityBytes) : 0
  const now = hovered === null ? undefined : cargo.find((each) => each.id === hovered.cargo.id)

  return (
    <div ref={element} className="relative min-h-70 flex-1">
      <HullTable {...props} />
      {geometry === null ? null : (
        <svg
          role="img"
          aria-label={t("hullLabel", {
            used: format.bytes(usedBytes),
            share: format.percent(used),
            capacity: format.bytes(capacityBytes),
            sold: format.bytes(soldBytes),
            count: cargo.length,
          })}
          width={geometry.width}
          height={geometry.height}
          className="absolute inset-0 block"
        >
          <defs>
            <linearGradient id="hull-sea" x1="0" y1="0" x2="0" y2="1">
              <stop offset="0" stopColor="var(--sea1)" />
              <stop offset="1" stopColor="var(--sea2)" />
            </linearGradient>
            <clipPath id="hull-outline">
              <path d={geometry.outline} />
            </clipPath>
            <pattern id="hull-asleep" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="5" height="5" fill="var(--sleep)" opacity=".35" />
              <rect width="2" height="5" fill="var(--sleep)" opacity=".8" />
            </pattern>
          </defs>
          <path d={geometry.outline} fill="var(--hull)" />
          <g clipPath="url(#hull-outline)">
            <rect x="0" y={geometry.deckY} width={geometry.width} height="9" fill="var(--hull2)" />
          </g>
          <Sea geometry={geometry} share={withCache} faint />
          <Sea geometry={geometry} share={used} />
          <Scale geometry={geometry} />
          <Waterlines geometry={geometry} used={used} withCache={withCache} />
          <Track geometry={geometry} rows={rows} />
          {crates.map((crate) => (
            <CrateBox
              key={`${crate.cargo.id}-${crate.row}`}
              crate={crate}
              geometry={geometry}
              dimmed={hovered !== null && hovered.cargo.id !== crate.cargo.id}
              onHover={setHovered}
              onOpen={() => router.push(`/containers/${encodeURIComponent(crate.cargo.name)}`)}
            />
          ))}
        </svg>
      )}
      {geometry !== null && hovered !== null && now !== undefined ? (
        <CargoHint
          cargo={now}
          x={geometry.cargoX + ((hovered.from + hovered.to) / 2) * geometry.cargoWidth}
          bottom={geometry.height - geometry.deckY + (hovered.row + 1) * geometry.rowHeight + 6}
          width={geometry.width}
        />
      ) : null}
    </div>
  )
}

function Sea({ geometry, share, faint = false }: { geometry: HullGeometry; share: number; faint?: boolean }) {
  const path = useMemo(() => `${waves(0, geometry.width, faint ? 2 : 4)}V${geometry.height}H0Z`, [geometry.width, geometry.height, faint])
  return (
    <g className="transition-transform duration-1000 ease-out" style={{ transform: `translateY(${geometry.y(share)}px)` }}>
      <path d={path} fill={faint ? "var(--sea1)" : "url(#hull-sea)"} opacity={faint ? 0.3 : 0.84} />
    </g>
  )
}

function Scale({ geometry }: { geometry: HullGeometry }) {
  return (
    <g aria-hidden>
      {Array.from({ length: 10 }, (_, index) => index * 10).map((percent) => {
        const y = geometry.y(percent / 100)
        const labelled = percent % 20 === 0
        return (
          <g key={percent}>
            <path d={`M${geometry.scaleX - (labelled ? 14 : 9)} ${y}h${labelled ? 14 : 9}`} stroke="var(--mute)" opacity=".75" />
            {labelled ? (
              <text x={geometry.scaleX - 20} y={y + 4} textAnchor="end" fontSize="11" fill="var(--ink)" opacity=".8">
                {percent}
              </text>
            ) : null}
          </g>
        )
      })}
    </g>
  )
}

function Waterlines({ geometry, used, withCache }: { geometry: HullGeometry; used: number; withCache: number }) {
  const t = useTranslations("overview")
  const format = useFormat()
  const x = geometry.width < 560 ? 52 : 14
  const usedY = geometry.y(used)
  const cacheY = geometry.y(withCache)
  return (
    <g aria-hidden fontSize="12">
      <text x={x} y={used < 0.1 ? usedY - 8 : usedY + 18} fill="var(--ink)">
        {t("usedShare", { share: format.percent(used) })}
      </text>
      {usedY - cacheY > 26 ? (
        <text x={x} y={cacheY - 22 < geometry.deckY ? cacheY + 16 : cacheY - 7} fill="var(--mute)">
          {geometry.width < 560
            ? t("withCacheShort", { share: format.percent(withCache) })
            : t("withCache", { share: format.percent(withCache) })}
        </text>
      ) : null}
    </g>
  )
}

/** The rows on deck as empty places, each as wide as the machine has memory. */
function Track({ geometry, rows }: { geometry: HullGeometry; rows: number }) {
  const { cargoX, cargoWidth, deckY, rowHeight } = geometry
  return (
    <g aria-hidden>
      {Array.from({ length: rows }, (_, row) => {
        const y = deckY - (row + 1) * rowHeight
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are their numbers.
          <g key={row}>
            <path
              d={`M${cargoX} ${deckY - row * rowHeight}v${-rowHeight}M${cargoX + cargoWidth} ${deckY - row * rowHeight}v${-rowHeight}`}
              stroke="var(--line-strong)"
              strokeDasharray="2 3"
            />
            {rowHeight >= 11 ? (
              <text x={cargoX + cargoWidth + 6} y={y + rowHeight / 2 + 4} fontSize="11" fill="var(--faint)">
                {row + 1}×
              </text>
            ) : null}
          </g>
        )
      })}
    </g>
  )
}

interface CrateBoxProps {
  crate: Crate
  geometry: HullGeometry
  dimmed: boolean
  onHover: (crate: Crate | null) => void
  onOpen: () => void
}

function CrateBox({ crate, geometry, dimmed, onHover, onOpen }: CrateBoxProps) {
  const { cargo } = crate
  const full = (crate.to - crate.from) * geometry.cargoWidth
  const gap = full > 5 ? 2 : full > 2.5 ? 1 : 0
  const width = Math.max(1, full - gap)
  const height = geometry.rowHeight - (geometry.rowHeight > 9 ? 3 : 1)
  const x = geometry.cargoX + crate.from * geometry.cargoWidth + gap / 2
  const y = geometry.deckY - crate.row * geometry.rowHeight - height
  const filled = cargo.limitBytes > 0 ? Math.min(1, cargo.usedBytes / cargo.limitBytes) * height : 0
  const colour = cargo.state === "running" ? "var(--run)" : cargo.state === "paused" ? "var(--sleep)" : "var(--line-strong)"
  const radius = Math.min(2.5, width / 3)
  return (
    <g
      aria-hidden
      className="cursor-pointer transition-opacity"
      opacity={dimmed ? 0.35 : 1}
      onPointerEnter={() => onHover(crate)}
      onPointerLeave={() => onHover(null)}
      onClick={onOpen}
    >
      <rect
        x={x + 0.5}
        y={y + 0.5}
        width={Math.max(0.5, width - 1)}
        height={Math.max(1, height - 1)}
        rx={radius}
        fill={cargo.state === "stopped" ? "transparent" : colour}
        fillOpacity={cargo.state === "stopped" ? undefined : 0.2}
        stroke={colour}
        strokeOpacity={cargo.state === "stopped" ? 0.9 : 0.75}
        strokeWidth={full > 5 ? 1 : 0.5}
        strokeDasharray={cargo.state === "stopped" ? "2.5 2.5" : undefined}
      />
      {filled > 0 ? (
        <rect
          x={x}
          y={y + height - Math.max(1.5, filled)}
          width={width}
          height={Math.max(1.5, filled)}
          rx={Math.min(radius, filled / 2)}
          fill={cargo.state === "paused" ? "url(#hull-asleep)" : colour}
        />
      ) : null}
    </g>
  )
}
