"use client"
import type { EventRecord } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

const causes = ["packet", "exec", "attach", "copy", "stop", "kill", "update", "log", "request", "pressure"] as const

/** Tells what a nap or a hibernation gave back, how long it was and how long waking took, or what was taken back from one that runs; `null` of anything else. */
export function useSleepText() {
  const t = useTranslations("sleepText")
  const format = useFormat()

  return ({ kind, action, attributes }: Pick<EventRecord, "kind" | "action" | "attributes">): string | null => {
    if (kind !== "container") return null
    const { beforeBytes, afterBytes, tookMs, sleptMs, wakeMs, cause, imageBytes, from } = attributes
    switch (action) {
      case "nap":
      case "reclaim":
        return t(action === "nap" ? "gaveBack" : "returned", {
          size: format.bytes(Math.max(0, Number(beforeBytes) - Number(afterBytes))),
          took: format.duration(Number(tookMs)),
        })
      case "hibernate":
        return t("toDisk", {
          size: format.bytes(Number(beforeBytes)),
          took: format.duration(Number(tookMs)),
          disk: format.bytes(Number(imageBytes)),
        })
      case "wake": {
        const known = causes.find((each) => each === cause)
        const woke = t(from === "hibernation" ? "restored" : "slept", {
          slept: format.duration(Number(sleptMs)),
          took: format.duration(Number(wakeMs)),
        })
        return known === undefined ? woke : `${woke} · ${t(`cause.${known}`)}`
      }
      default:
        return null
    }
  }
}
