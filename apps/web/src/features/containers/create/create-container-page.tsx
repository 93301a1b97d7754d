"use client"
import { zodResolver } from "@hookform/resolvers/zod"
import { localHost } from "@plimsoll/server/contract"
import { useMutation, useQuery } from "@tanstack/react-query"
import Link from "next/link"
import { useRouter, useSearchParams } from "next/navigation"
import { parseAsString, useQueryState } from "nuqs"
import { useEffect, useEffectEvent } from "react"
import { useForm } from "react-hook-form"
import { useTranslations } from "use-intl"
import { Button, buttonClass } from "@/components/controls/button"
import { CommandLine } from "@/components/controls/command-line"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { Switch } from "@/components/controls/switch"
import { HostAway } from "@/components/hosts/host-away"
import { Overrule } from "@/components/overprovisioning/overrule"
import { ReferenceHint } from "@/components/reference-hint"
import { containerHref } from "@/lib/container-href"
import { explainError, LateError, useErrorToast } from "@/lib/errors"
import { isAway, offers } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useIsTenant, useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { type ContainerForm, containerFormSchema, emptyContainerForm } from "./container-form"
import { dockerRunLine } from "./docker-run-line"
import { FieldText } from "./form-fields"
import { BasicsSection, LimitsSection, MoreSection, NetworkSection, ProcessSection } from "./form-sections"
import { HostSection } from "./host-section"
import { imagePresence } from "./image-presence"
import { PullPanel } from "./pull-panel"
import { refusedField } from "./refused-field"
import { toContainerSpec } from "./to-container-spec"
import { usePullAndCreate } from "./use-pull-and-create"

/** Asks for a container: an image and, if wanted, all else. Each field is checked as one types; nothing typed is lost on an error. */
export function CreateContainerPage() {
  const t = useTranslations("createContainer")
  const trpc = useTRPC()
  const router = useRouter()
  const search = useSearchParams()
  const toastError = useErrorToast()
  const errors = useTranslations("errors")
  const explain = (error: unknown) => explainError(error, errors)
  const [hostId, setHostId] = useQueryState("host", parseAsString.withDefault(localHost))
  const host = useHosts().byId.get(hostId)
  const may = useMay()
  const ofTenant = useIsTenant()
  const images = useQuery(trpc.images.list.queryOptions({ host: hostId }))
  const registries = useQuery(trpc.registries.list.queryOptions(undefined, { enabled: may("registries.list") }))
  const tenants = useQuery(trpc.tenants.list.queryOptions(undefined, { enabled: !ofTenant }))
  const create = useMutation(trpc.containers.create.mutationOptions())
  const start = useMutation(trpc.containers.start.mutationOptions())
  const form = useForm<ContainerForm>({
    resolver: zodResolver(containerFormSchema),
    mode: "onChange",
    defaultValues: { ...emptyContainerForm, image: search.get("image") ?? "" },
  })
  const values = form.watch()
  const { watch } = form
  const pull = usePullAndCreate({
    onCreated(container, failed) {
      if (failed !== null) toastError(t("createdNotStarted", { name: container.name }), new LateError(failed))
      show(container)
    },
    onFailed: (error) => markRefused(new LateError(error)),
  })
  function forgetRefusal() {
    create.reset()
    pull.forget()
  }
  const onEdited = useEffectEvent(forgetRefusal)
  // What was refused is being changed: the refusal is about something else now.
  useEffect(() => {
    const watching = watch(() => onEdited())
    return () => watching.unsubscribe()
  }, [watch])
  const valid = containerFormSchema.safeParse(values)
  const line = valid.success ? dockerRunLine(toContainerSpec(valid.data), { start: values.start }) : undefined

  const absent = imagePresence(values.image, images.data) === "absent"
  const pulls = absent && offers(host, "image-pull") && may("containers.pullAndCreate")

  /** Where the refusal is about a field, it is said there too. */
  function markRefused(error: unknown) {
    const field = refusedField(error)
    if (field !== undefined) form.setError(field, { type: "server", message: explain(error).message }, { shouldFocus: true })
  }

  /** One that is removed when it ends may be gone before its page would open. */
  function show(container: { id: string; name: string; host: string }) {
    const { autoRemove, start: started } = form.getValues()
    router.push(autoRemove && started ? "/containers" : containerHref(container))
  }

  async function submit(valuesNow: ContainerForm, overrule?: string) {
    const spec = toContainerSpec(valuesNow)
    // Neither is lost: the errors are shown below the form, which keeps what was typed, and at the field that they are about.
    const reason = overrule !== undefined && { overrule }
    if (pulls) return pull.begin({ host: hostId, spec, start: valuesNow.start, ...reason }).catch(markRefused)
    const created = await create.mutateAsync({ host: hostId, ...spec, ...reason }).catch(markRefused)
    if (!created) return
    if (valuesNow.start) {
      await start
        .mutateAsync({ id: created.id })
        .catch((error: unknown) => toastError(t("createdNotStarted", { name: created.name }), error))
    }
    show({ ...created, host: hostId })
  }

  // Of one whose image is pulled first the load line is asked at the request, and once more when the image is there and the container is made.
  const late = pull.transfer?.error
  const refusal = create.error ?? pull.error ?? (late ? new LateError(late) : null)
  const away = isAway(host)
  const unavailable = away || host?.info?.status === "unavailable"
  return (
    <form
      noValidate
      onSubmit={(event) => void form.handleSubmit((valuesNow) => submit(valuesNow))(event)}
      className="flex max-w-250 flex-col gap-4"
    >
      <PageHeader title={t("title")} description={t("description")} />
      {ofTenant ? null : (
        <HostSection
          host={hostId}
          onChange={(next) => {
            forgetRefusal()
            void setHostId(next)
          }}
        />
      )}
      {away && host && host.id !== localHost ? (
        <HostAway host={host} linked />
      ) : unavailable ? (
        <ErrorState compact title={t("unavailable")} error={new Error(host?.reason ?? host?.info?.reason ?? "")} />
      ) : null}
      <BasicsSection
        form={form}
        images={images.data}
        imageNote={
          absent ? (
            <span className="flex flex-col">
              <span className="text-ink">{t(pulls ? "willBePulled" : "cannotPull")}</span>
              {pulls ? <ReferenceHint reference={values.image.trim()} registries={registries.data} /> : null}
            </span>
          ) : null
        }
        tenants={ofTenant ? null : (tenants.data?.map((tenant) => tenant.name) ?? [])}
      />
      <LimitsSection form={form} info={host?.info} />
      <ProcessSection form={form} />
      <NetworkSection form={form} />
      <MoreSection form={form} />
      <Panel title={t("equivalent")}>
        <div className="px-4 pb-4">
          {line === undefined ? <p className="text-mute">{t("equivalentWhenValid")}</p> : <CommandLine command={line} />}
        </div>
      </Panel>
      {create.error ? <ErrorState compact error={create.error} title={t("failed")} /> : null}
      {pull.error ? <ErrorState compact error={pull.error} title={t("failed")} /> : null}
      {pull.transfer && pull.transfer.status !== "done" ? <PullPanel transfer={pull.transfer} cancel={pull.cancel} /> : null}
      {refusal === null ? null : (
        <Overrule
          error={refusal}
          busy={create.isPending || pull.running}
          onOverrule={(overrule) => void form.handleSubmit((valuesNow) => submit(valuesNow, overrule))()}
        />
      )}
      <div className="sticky bottom-0 flex flex-wrap items-center gap-3 border-line border-t bg-bg py-3">
        <Button type="submit" variant="primary" busy={create.isPending || start.isPending || pull.running} disabled={unavailable}>
          {t(pulls ? (values.start ? "submitPullAndStart" : "submitPull") : values.start ? "submitAndStart" : "submit")}
        </Button>
        <Link href="/containers" className={buttonClass()}>
          {t("cancel")}
        </Link>
        <FieldText form={form} name="start" kind="custom">
          {(field) => (
            <Switch checked={field.value === true} onCheckedChange={(checked) => field.onChange(checked)}>
              {t("start")}
            </Switch>
          )}
        </FieldText>
        {form.formState.isSubmitted && !valid.success ? (
          <p role="alert" className="text-bad-ink">
            {t("invalid", { count: new Set(valid.error.issues.map((issue) => issue.path.join("."))).size })}
          </p>
        ) : null}
      </div>
    </form>
  )
}
