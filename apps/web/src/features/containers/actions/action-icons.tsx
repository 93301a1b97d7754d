import type { BulkAction } from "@plimsoll/server/contract"
import { HardDriveDownload, Moon, Pause, Play, RotateCw, Square, StepForward, Sunrise, Trash2, Zap } from "lucide-react"
import type { ReactNode } from "react"

export const actionIcons: Record<BulkAction, ReactNode> = {
  start: <Play aria-hidden className="size-3.5" />,
  stop: <Square aria-hidden className="size-3.5" />,
  restart: <RotateCw aria-hidden className="size-3.5" />,
  pause: <Pause aria-hidden className="size-3.5" />,
  resume: <StepForward aria-hidden className="size-3.5" />,
  nap: <Moon aria-hidden className="size-3.5" />,
  hibernate: <HardDriveDownload aria-hidden className="size-3.5" />,
  wake: <Sunrise aria-hidden className="size-3.5" />,
  kill: <Zap aria-hidden className="size-3.5" />,
  remove: <Trash2 aria-hidden className="size-3.5" />,
}
