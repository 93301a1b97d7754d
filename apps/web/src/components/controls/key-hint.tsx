import { cn } from "@/lib/cn"

/** Keys to press, one after another: `["g", "c"]`; together: `["⌘K"]`. */
export function KeyHint({ keys, className }: { keys: string[]; className?: string }) {
  return (
    <span className={cn("inline-flex gap-0.5", className)}>
      {keys.map((key) => (
        <kbd key={key} className="min-w-4.5 rounded border border-line bg-bg px-1 text-center font-sans text-[11px] text-mute leading-4">
          {key}
        </kbd>
      ))}
    </span>
  )
}
