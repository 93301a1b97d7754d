import type { EventRecord } from "@plimsoll/server/contract"
import {
  Activity,
  Box,
  CircleStop,
  Copy,
  Download,
  Eye,
  HardDriveDownload,
  HeartPulse,
  LogIn,
  LogOut,
  type LucideIcon,
  Maximize2,
  MemoryStick,
  Minimize2,
  Moon,
  Pause,
  Pencil,
  Play,
  Plus,
  RefreshCw,
  RotateCw,
  ScrollText,
  SlidersHorizontal,
  Square,
  SquareTerminal,
  Sunrise,
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
  nap: Moon,
  hibernate: HardDriveDownload,
  wake: Sunrise,
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

/** Of operations whose last word is not what an engine calls it. */
const auditIcons: Record<string, LucideIcon> = {
  change: SlidersHorizontal,
  suspend: Pause,
  keep: Play,
  add: Plus,
  invite: Plus,
  revoke: Trash2,
  lookAs: Eye,
  lookAsEnd: Eye,
  openTerminal: SquareTerminal,
  "sign-in": LogIn,
  "sign-out": LogOut,
}

/** Picture of what happened; of an operation (`containers.start`) that of its last word. */
export function EventIcon({ action, className }: { action: EventRecord["action"]; className?: string }) {
  const word = action.slice(action.lastIndexOf(".") + 1)
  const Icon = icons[word] ?? auditIcons[word] ?? (word === action ? Activity : ScrollText)
  return <Icon aria-hidden className={className} />
}

/** How an event should strike the eye: only what went wrong or began or slept has a colour; of what somebody did, only what was not done. */
export function eventTone(event: Pick<EventRecord, "action" | "attributes" | "audit">): Tone {
  if (event.audit !== null) return event.audit.result === "failed" ? "bad" : event.audit.result === "refused" ? "warn" : "neutral"
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
    case "wake":
      return "run"
    case "pause":
    case "nap":
    case "hibernate":
      return "sleep"
    default:
      return "neutral"
  }
}
