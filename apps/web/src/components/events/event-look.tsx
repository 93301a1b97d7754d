import type { EventRecord } from "@plimsoll/server/contract"
import {
  Activity,
  Box,
  CircleStop,
  Copy,
  Download,
  HeartPulse,
  type LucideIcon,
  Maximize2,
  MemoryStick,
  Minimize2,
  Pause,
  Pencil,
  Play,
  Plus,
  RefreshCw,
  RotateCw,
  SlidersHorizontal,
  Square,
  SquareTerminal,
  Tag,
  Trash2,
  Upload,
  Zap,
} from "lucide-react"
import type { Tone } from "@/components/controls/badge"

const icons: Record<EventRecord["action"], LucideIcon> = {
  create: Plus,
  start: Play,
  exit: Square,
  oom: MemoryStick,
  stop: CircleStop,
  kill: Zap,
  restart: RotateCw,
  pause: Pause,
  resume: Play,
  rename: Pencil,
  remove: Trash2,
  update: SlidersHorizontal,
  health: HeartPulse,
  "exec-start": SquareTerminal,
  "exec-exit": SquareTerminal,
  attach: SquareTerminal,
  commit: Box,
  "copy-in": Copy,
  load: Download,
  import: Download,
  tag: Tag,
  untag: Tag,
  delete: Trash2,
  pull: Download,
  push: Upload,
  collect: Trash2,
  resize: Maximize2,
  compact: Minimize2,
  reconcile: RefreshCw,
}

/** Picture of what happened. */
export function EventIcon({ action, className }: { action: EventRecord["action"]; className?: string }) {
  const Icon = icons[action] ?? Activity
  return <Icon aria-hidden className={className} />
}

/** How an event should strike the eye: only what went wrong or began or slept has a colour. */
export function eventTone(event: Pick<EventRecord, "action" | "attributes">): Tone {
  const { exitCode, healthStatus } = event.attributes
  switch (event.action) {
    case "oom":
      return "bad"
    case "exit":
      return exitCode === undefined || exitCode === "0" || exitCode === "143" ? "neutral" : "bad"
    case "health":
      return healthStatus === "unhealthy" ? "warn" : healthStatus === "healthy" ? "run" : "neutral"
    case "start":
    case "resume":
      return "run"
    case "pause":
      return "sleep"
    default:
      return "neutral"
  }
}
