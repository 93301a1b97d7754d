"use client"
import type { RestartPolicy } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { NumberField } from "@/components/controls/number-field"
import { Panel } from "@/components/controls/panel"
import { Select } from "@/components/controls/select"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { useContainer } from "../detail/container-context"

const kinds = ["no", "on-failure", "always", "unless-stopped"] as const

/** What happens when its process ends. */
export function RestartPanel() {
  const t = useTranslations("container.restart")
  const words = useTranslations("createContainer")
  const trpc = useTRPC()
  const { id, inspect } = useContainer()
  const [edited, setEdited] = useState<RestartPolicy>()
  const update = useMutation(
    trpc.containers.update.mutationOptions({
      onSuccess: () => {
        setEdited(undefined)
        toast.success(t("applied"))
      },
    }),
  )
  if (!inspect) return null
  const policy = edited ?? update.data?.resolved.restartPolicy ?? inspect.resolved.restartPolicy
  return (
    <Panel title={t("title")}>
      <div className="flex flex-col gap-3 px-4 pb-4">
        <Field label={t("policy")}>
          <Select
            value={policy.kind}
            onValueChange={(kind) => setEdited(kind === "on-failure" ? { kind, maximumRetries: 3 } : { kind })}
            options={kinds.map((value) => ({ value, label: words(`restart.${value}`) }))}
          />
        </Field>
        {policy.kind === "on-failure" ? (
          <Field label={words("field.retries")} description={words("hint.retries")}>
            <NumberField
              value={policy.maximumRetries}
              min={0}
              max={1000}
              onValueChange={(value) => setEdited({ kind: "on-failure", maximumRetries: value ?? 0 })}
            />
          </Field>
        ) : null}
        {update.error ? <ErrorState compact error={update.error} /> : null}
        <div>
          <Button
            variant="primary"
            disabled={edited === undefined}
            busy={update.isPending}
            onClick={() => update.mutate({ id, restartPolicy: policy })}
          >
            {t("apply")}
          </Button>
        </div>
      </div>
    </Panel>
  )
}
