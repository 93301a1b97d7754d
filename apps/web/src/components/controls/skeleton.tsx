import { cn } from "@/lib/cn"

/** Stands where something will be, in its size. Appears only after a moment, so that quick answers do not flicker. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div aria-hidden className={cn("animate-[plimsoll-skeleton_1.6s_ease-in-out_200ms_infinite] rounded bg-line opacity-0", className)} />
  )
}

/** Lines of a list that is being read. */
export function SkeletonRows({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity.
        <Skeleton key={index} className="h-4" />
      ))}
    </div>
  )
}
