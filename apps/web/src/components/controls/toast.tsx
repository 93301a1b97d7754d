"use client"
import { useTheme } from "next-themes"
import { Toaster as Base } from "sonner"

export { toast } from "sonner"

/** Where short messages appear. Stands once in the layout. */
export function Toaster() {
  const { resolvedTheme } = useTheme()
  return (
    <Base
      theme={resolvedTheme === "light" ? "light" : "dark"}
      position="bottom-right"
      closeButton
      gap={8}
      toastOptions={{
        style: {
          background: "var(--raised)",
          color: "var(--ink)",
          border: "1px solid var(--line)",
          borderRadius: "8px",
          boxShadow: "var(--shadow)",
          fontFamily: "inherit",
          fontSize: "13px",
        },
        classNames: { description: "text-mute!" },
      }}
    />
  )
}
