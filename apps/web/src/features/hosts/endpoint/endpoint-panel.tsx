"use client"
import { Plug } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { EndpointFields } from "./endpoint-fields"
import { HostTestResult } from "./host-test-result"
import type { EndpointState } from "./use-endpoint"

/** The fields of an endpoint, the button that tests it, and what the test found. */
export function EndpointPanel({ state }: { state: EndpointState }) {
  const t = useTranslations("hosts")
  return (
    <div className="flex flex-col gap-3.5">
      <EndpointFields form={state.form} onChange={state.change} problems={state.problems} tried={state.tried} />
      <div className="flex flex-wrap items-center gap-3">
        <Button icon={<Plug aria-hidden className="size-3.5" />} busy={state.testing} onClick={state.test}>
          {t("test")}
        </Button>
        {state.testing ? (
          <span role="status" className="text-mute">
            {t("testing")}
          </span>
        ) : null}
      </div>
      {state.found ? <HostTestResult found={state.found} /> : null}
      {state.testError ? <ErrorState compact error={state.testError} title={t("testFailed")} /> : null}
    </div>
  )
}
