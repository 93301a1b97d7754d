"use client"
import type { RegistrySummary } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { Pencil, PlugZap, Trash2 } from "lucide-react"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { IconButton } from "@/components/controls/icon-button"
import { Time } from "@/components/controls/time"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { sendsPasswordOpenly } from "./sends-password-openly"
import { TestOutcome } from "./test-outcome"

interface RegistryRowProps {
  registry: RegistrySummary
  onChange: () => void
  onRemove: () => void
}

/** One registry, how it is asked, and what a test said, below it. */
export function RegistryRow({ registry: { registry, username, plainHttp, mirrors, changedAt }, onChange, onRemove }: RegistryRowProps) {
  const t = useTranslations("registries")
  const may = useMay()
  const test = useMutation(useTRPC().registries.test.mutationOptions())
  return (
    <li className="border-line not-last:border-b px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <p className="flex flex-wrap items-center gap-x-2">
            <span className="break-all font-medium">{registry}</span>
            {plainHttp ? (
              <Badge tone={sendsPasswordOpenly({ registry, plainHttp, withPassword: username !== null }) ? "warn" : "neutral"}>
                {t("plainHttp")}
              </Badge>
            ) : null}
          </p>
          <p className="text-mute text-sm">
            {[
              username === null ? t("anonymous") : t("asName", { name: username }),
              ...(mirrors.length > 0 ? [t("throughMirrors", { count: mirrors.length })] : []),
            ].join(" · ")}
            {" · "}
            {t("changedAt")} <Time at={changedAt} />
          </p>
          {mirrors.length > 0 ? (
            <ul className="text-faint text-sm">
              {mirrors.map((mirror) => (
                <li key={mirror} className="break-all">
                  {mirror}
                </li>
              ))}
            </ul>
          ) : null}
        </div>
        {may("registries.change") ? (
          <div className="flex items-center gap-1">
            <Button
              size="sm"
              icon={<PlugZap aria-hidden className="size-3.5" />}
              aria-label={t("testOne", { registry })}
              busy={test.isPending}
              onClick={() => test.mutate({ registry })}
            >
              {t("test")}
            </Button>
            <IconButton
              size="sm"
              label={t("changeOne", { registry })}
              icon={<Pencil aria-hidden className="size-3.5" />}
              onClick={onChange}
            />
            <IconButton
              size="sm"
              label={t("removeOne", { registry })}
              icon={<Trash2 aria-hidden className="size-3.5" />}
              onClick={onRemove}
            />
          </div>
        ) : null}
      </div>
      <TestOutcome test={test} username={username} plainHttp={plainHttp} className="mt-2" />
    </li>
  )
}
