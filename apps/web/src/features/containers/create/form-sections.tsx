"use client"
import type { EngineInfo, ImageSummary } from "@plimsoll/server/contract"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { Checkbox } from "@/components/controls/checkbox"
import { Combobox } from "@/components/controls/combobox"
import { Panel } from "@/components/controls/panel"
import { Select } from "@/components/controls/select"
import { useFormat } from "@/lib/use-format"
import { shortReference } from "../short-reference"
import { FieldText, type Form } from "./form-fields"

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Panel title={title}>
      <div className="grid grid-cols-2 gap-4 px-4 pb-4 max-sm:grid-cols-1">{children}</div>
    </Panel>
  )
}

interface BasicsSectionProps {
  form: Form
  images: ImageSummary[] | undefined
  /** What there is to know about the image that is typed: that it will be pulled, say. */
  imageNote: ReactNode
  /** Whose it may be; `null`: that is not asked. */
  tenants: string[] | null
}

/** What is run and for whom. */
export function BasicsSection({ form, images, imageNote, tenants }: BasicsSectionProps) {
  const t = useTranslations("createContainer")
  const format = useFormat()
  const options = (images ?? []).flatMap((image) =>
    image.references.map((value) => ({ value: shortReference(value), detail: format.bytes(image.sizeBytes) })),
  )
  return (
    <Section title={t("section.basics")}>
      <FieldText form={form} name="image" kind="custom" label={t("field.image")} description={imageNote ?? t("hint.image")}>
        {(field) => (
          <Combobox
            value={String(field.value)}
            onValueChange={(value) => field.onChange(value)}
            onBlur={field.onBlur}
            inputRef={field.ref}
            options={options}
            placeholder="plimsoll/starter"
            emptyText={images === undefined ? t("imagesLoading") : t("noSuchImage")}
            openLabel={t("showImages")}
            mono
          />
        )}
      </FieldText>
      <FieldText form={form} name="name" label={t("field.name")} description={t("hint.name")} placeholder="web-1" />
      <FieldText
        form={form}
        name="command"
        label={t("field.command")}
        description={t("hint.command")}
        placeholder="sh -c 'while true; do date; sleep 1; done'"
        mono
        className="col-span-2 max-sm:col-span-1"
      />
      {tenants === null ? null : (
        <FieldText form={form} name="tenant" kind="custom" label={t("field.tenant")} description={t("hint.tenant")}>
          {(field) => (
            <Combobox
              value={String(field.value)}
              onValueChange={(value) => field.onChange(value)}
              onBlur={field.onBlur}
              inputRef={field.ref}
              options={tenants.map((value) => ({ value }))}
              placeholder="operator"
              emptyText={t("newTenant")}
              openLabel={t("showTenants")}
            />
          )}
        </FieldText>
      )}
    </Section>
  )
}

/** What it may use. A limit that this host cannot enforce is greyed out with its reason. */
export function LimitsSection({ form, info }: { form: Form; info: EngineInfo | null | undefined }) {
  const enforceable = info?.enforceableLimits
  const disks = !info || info.features.includes("disk-limits")
  const t = useTranslations("createContainer")
  const limit = (key: keyof EngineInfo["enforceableLimits"], hint: string) => {
    const able = enforceable?.[key]
    return able && !able.enforceable ? { disabled: true, description: t("notHere", { reason: able.reason ?? "" }) } : { description: hint }
  }
  return (
    <Section title={t("section.limits")}>
      <FieldText form={form} name="memory" label={t("field.memory")} placeholder="256m" {...limit("memoryMaxBytes", t("hint.memory"))} />
      <FieldText form={form} name="swap" label={t("field.swap")} placeholder="0" {...limit("swapMaxBytes", t("hint.swap"))} />
      <FieldText form={form} name="cpus" label={t("field.cpus")} placeholder="0.5" {...limit("cpuMaxCores", t("hint.cpus"))} />
      <FieldText form={form} name="cpuWeight" label={t("field.cpuWeight")} placeholder="100" {...limit("cpuWeight", t("hint.cpuWeight"))} />
      <FieldText form={form} name="pids" label={t("field.pids")} placeholder="512" {...limit("pidsMax", t("hint.pids"))} />
      <FieldText
        form={form}
        name="disk"
        label={t("field.disk")}
        placeholder="2g"
        {...(disks ? { description: t("hint.disk") } : { disabled: true, description: t("noDisks") })}
      />
    </Section>
  )
}

/** How its process begins and what becomes of it when it ends. */
export function ProcessSection({ form }: { form: Form }) {
  const t = useTranslations("createContainer")
  const restart = form.watch("restart")
  return (
    <Section title={t("section.process")}>
      <FieldText
        form={form}
        name="environment"
        kind="lines"
        label={t("field.environment")}
        description={t("hint.environment")}
        placeholder="MODE=production"
        mono
      />
      <FieldText form={form} name="entrypoint" label={t("field.entrypoint")} description={t("hint.entrypoint")} mono />
      <FieldText form={form} name="user" label={t("field.user")} description={t("hint.user")} placeholder="1000:1000" />
      <FieldText form={form} name="workingDirectory" label={t("field.workingDirectory")} placeholder="/srv" mono />
      <FieldText form={form} name="restart" kind="custom" label={t("field.restart")}>
        {(field) => (
          <Select
            value={restart}
            onValueChange={(value) => field.onChange(value)}
            options={(["no", "on-failure", "always", "unless-stopped"] as const).map((value) => ({ value, label: t(`restart.${value}`) }))}
          />
        )}
      </FieldText>
      {restart === "on-failure" ? (
        <FieldText form={form} name="retries" label={t("field.retries")} description={t("hint.retries")} />
      ) : null}
    </Section>
  )
}

/** How it is reached. */
export function NetworkSection({ form }: { form: Form }) {
  const t = useTranslations("createContainer")
  const network = form.watch("network")
  return (
    <Section title={t("section.network")}>
      <FieldText form={form} name="network" kind="custom" label={t("field.network")}>
        {(field) => (
          <Select
            value={network}
            onValueChange={(value) => field.onChange(value)}
            options={(["bridge", "none"] as const).map((value) => ({
              value,
              label: t(`network.${value}`),
              description: t(`networkHint.${value}`),
            }))}
          />
        )}
      </FieldText>
      <FieldText
        form={form}
        name="ports"
        label={t("field.ports")}
        disabled={network === "none"}
        description={network === "none" ? t("noNetworkNoPorts") : t("hint.ports")}
        placeholder="8080:80, 127.0.0.1:5353:53/udp"
        mono
      />
      <FieldText form={form} name="hostname" label={t("field.hostname")} />
    </Section>
  )
}

/** Volumes, labels and switches. */
export function MoreSection({ form }: { form: Form }) {
  const t = useTranslations("createContainer")
  return (
    <Section title={t("section.more")}>
      <FieldText
        form={form}
        name="mounts"
        kind="lines"
        label={t("field.mounts")}
        description={t("hint.mounts")}
        placeholder={"data:/srv/data\nconfig:/etc/app:ro"}
        mono
      />
      <FieldText
        form={form}
        name="labels"
        kind="lines"
        label={t("field.labels")}
        description={t("hint.labels")}
        placeholder="tier=front"
        mono
      />
      {(["init", "terminal", "openStdin", "readOnlyRoot", "autoRemove"] as const).map((name) => (
        <FieldText key={name} form={form} name={name} kind="custom">
          {(field) => (
            <>
              <Checkbox
                checked={field.value === true}
                onCheckedChange={(checked) => field.onChange(checked)}
                description={t(`hint.${name}`)}
              >
                {t(`field.${name}`)}
              </Checkbox>
              <FieldProblem form={form} name={name} />
            </>
          )}
        </FieldText>
      ))}
    </Section>
  )
}

function FieldProblem({ form, name }: { form: Form; name: "init" | "terminal" | "openStdin" | "readOnlyRoot" | "autoRemove" }) {
  const t = useTranslations("createContainer.problem")
  const { error } = form.getFieldState(name, form.formState)
  return error?.message === "remove_and_restart" ? <p className="text-bad-ink text-sm">{t("remove_and_restart")}</p> : null
}
