"use client"
import type { HostSummary } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"

/** A host's engine with its version, as it calls itself: `embedded 1.2.0`, `Docker 20.10.24`, `Podman 4.3.1`. */
export function useEngineName(): (host: Pick<HostSummary, "kind" | "info">) => string {
  const t = useTranslations("host.engines")
  return ({ kind, info }) => {
    if (info === null || info.version === "") return t(kind)
    // A Docker Engine's version names it already, and tells Podman from Docker.
    return kind === "embedded" ? `${t("embedded")} ${info.version}` : info.version
  }
}
