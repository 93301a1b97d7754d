"use client"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { Input, TextArea } from "@/components/controls/input"
import { Select } from "@/components/controls/select"
import { Switch } from "@/components/controls/switch"
import { type EndpointForm, type EndpointProblems, isLoopback, usualPort } from "./endpoint-form"

interface EndpointFieldsProps {
  form: EndpointForm
  onChange: (change: Partial<EndpointForm>) => void
  /** What is wrong, by field. */
  problems: EndpointProblems
  /** Show also what is missing in fields that nobody has been to. */
  tried: boolean
}

/** Where a Docker Engine listens and how one is let in. What is wrong is said at its field, once one has been there. */
export function EndpointFields({ form, onChange, problems, tried }: EndpointFieldsProps) {
  const t = useTranslations("hosts.endpoint")
  const [visited, setVisited] = useState<ReadonlySet<keyof EndpointForm>>(new Set())
  const { kind } = form

  function text(
    name: TextName,
    options: { lines?: boolean; placeholder?: string; optional?: boolean; secret?: boolean; hint?: string } = {},
  ) {
    const problem = problems[name]
    const shown = problem !== undefined && (tried || (visited.has(name) && (problem !== "missing" || form[name] !== "")))
    const shared = {
      name,
      mono: true,
      value: form[name],
      onBlur: () => setVisited((before) => new Set(before).add(name)),
      ...(options.placeholder !== undefined && { placeholder: options.placeholder }),
    }
    return (
      <Field
        label={t(`field.${name}`)}
        error={shown ? t(`problem.${problem}`) : null}
        {...(options.optional && { optional: t("optional") })}
        {...(options.hint !== undefined && { description: options.hint })}
        {...(options.lines && { className: "sm:col-span-2" })}
      >
        {options.lines ? (
          <TextArea {...shared} rows={3} onChange={(event) => onChange({ [name]: event.target.value })} />
        ) : (
          <Input
            {...shared}
            {...(options.secret && { type: "password", autoComplete: "new-password" })}
            onChange={(event) => onChange({ [name]: event.target.value })}
          />
        )}
      </Field>
    )
  }

  return (
    <div className="grid grid-cols-2 gap-3.5 max-sm:grid-cols-1">
      <Field label={t("field.kind")} className="sm:col-span-2">
        <Select
          value={kind}
          onValueChange={(next) => onChange({ kind: next })}
          options={(["unix", "tcp", "ssh"] as const).map((value) => ({
            value,
            label: t(`kind.${value}`),
            description: t(`kindHint.${value}`),
          }))}
        />
      </Field>
      {kind === "unix" ? (
        <div className="sm:col-span-2">{text("path", { placeholder: "/run/docker.sock", hint: t("hint.path") })}</div>
      ) : null}
      {kind === "unix" ? null : (
        <>
          {text("host", kind === "tcp" ? { placeholder: "10.0.0.2" } : { placeholder: "node-2.example.com", hint: t("hint.ssh") })}
          {text("port", { placeholder: `${usualPort(form)}`, optional: true })}
        </>
      )}
      {kind === "tcp" ? (
        <div className="flex flex-col gap-1 sm:col-span-2">
          <Switch checked={form.tls} onCheckedChange={(tls) => onChange({ tls })}>
            {t("field.tls")}
          </Switch>
          <p className={form.tls || isLoopback(form.host) ? "text-mute text-sm" : "text-sm text-warn-ink"}>
            {t(form.tls ? "hint.tls" : "hint.noTls")}
          </p>
        </div>
      ) : null}
      {kind === "tcp" && form.tls ? (
        <>
          {text("ca", { lines: true, placeholder: "-----BEGIN CERTIFICATE-----" })}
          {text("cert", { lines: true, placeholder: "-----BEGIN CERTIFICATE-----" })}
          {text("key", { lines: true, placeholder: "-----BEGIN PRIVATE KEY-----", hint: t("hint.secret") })}
        </>
      ) : null}
      {kind === "ssh" ? (
        <>
          {text("username", { placeholder: "root" })}
          <Field label={t("field.sshBy")}>
            <Select
              value={form.sshBy}
              onValueChange={(sshBy) => onChange({ sshBy })}
              options={(["key", "agent"] as const).map((value) => ({ value, label: t(`sshBy.${value}`) }))}
            />
          </Field>
          {form.sshBy === "key" ? (
            <>
              {text("privateKey", { lines: true, placeholder: "-----BEGIN OPENSSH PRIVATE KEY-----", hint: t("hint.secret") })}
              {text("passphrase", { optional: true, secret: true })}
            </>
          ) : (
            <div className="sm:col-span-2">{text("agent", { placeholder: "/run/user/1000/ssh-agent.socket", hint: t("hint.agent") })}</div>
          )}
        </>
      ) : null}
    </div>
  )
}

type TextName = Exclude<keyof EndpointForm, "kind" | "tls" | "sshBy">
