"use client"
import { useRouter } from "next/navigation"
import { useHotkeys } from "react-hotkeys-hook"
import { useMay } from "@/lib/session"
import { navItemsFor } from "./nav-items"
import { useShell } from "./shell-state"

/** The shortcuts that work everywhere. They are off while one types; ⌘K works there too. */
export function Shortcuts() {
  const router = useRouter()
  const { overlay, show } = useShell()
  const may = useMay()
  useHotkeys("mod+k", () => show(overlay === "palette" ? null : "palette"), {
    preventDefault: true,
    enableOnFormTags: true,
    enableOnContentEditable: true,
  })
  useHotkeys("?", () => show("help"), { useKey: true, preventDefault: true })
  return navItemsFor(may).map((item) => <GoTo key={item.key} keys={`g>${item.key}`} go={() => router.push(item.href)} />)
}

function GoTo({ keys, go }: { keys: string; go: () => void }) {
  useHotkeys(keys, go, { sequenceTimeoutMs: 1500 })
  return null
}
