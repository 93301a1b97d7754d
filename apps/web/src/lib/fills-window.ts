/** Height of a page that scrolls inside of itself: the window less the shell's header and the margin below. */
export const fillsWindow = "h-[calc(100dvh-6.25rem)] min-h-120"
