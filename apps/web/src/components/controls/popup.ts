import { cn } from "@/lib/cn"

/** The look of menus, lists and other things that float. */
export const popupClass = cn(
  "max-h-(--available-height) overflow-y-auto overscroll-contain rounded-lg border border-line bg-raised p-1 text-ink shadow-pop outline-none",
  "origin-(--transform-origin) transition-[opacity,scale] duration-100 data-ending-style:scale-98 data-starting-style:scale-98 data-ending-style:opacity-0 data-starting-style:opacity-0",
)

/** One line in such a list. */
export const popupItemClass = cn(
  "flex w-full cursor-default select-none items-center gap-2 rounded px-2 py-1.5 outline-none",
  "data-highlighted:bg-hover data-disabled:text-faint data-disabled:cursor-not-allowed",
)
