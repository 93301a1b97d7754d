"use client"
import type { ReactNode } from "react"
import { type ControllerRenderProps, type UseFormReturn, useController } from "react-hook-form"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { Input, TextArea } from "@/components/controls/input"
import type { ContainerForm } from "./container-form"
import { useProblem } from "./use-problem"

export type Form = UseFormReturn<ContainerForm>
type FieldName = keyof ContainerForm

interface FieldTextProps {
  form: Form
  name: FieldName
  label?: string
  description?: ReactNode
  placeholder?: string
  /** `lines`: one entry a line. `custom`: `children` draws the control. */
  kind?: "line" | "lines" | "custom"
  mono?: boolean
  disabled?: boolean
  className?: string
  children?: (field: ControllerRenderProps<ContainerForm, FieldName>) => ReactNode
}

/** A field of the form with its label, what it means, and what is wrong with it. */
export function FieldText({
  form,
  name,
  label,
  description,
  placeholder,
  kind = "line",
  mono = false,
  disabled = false,
  className,
  children,
}: FieldTextProps) {
  const t = useTranslations("createContainer")
  const { field, fieldState } = useController({ control: form.control, name })
  const problem = useProblem()
  const shared = {
    mono,
    disabled,
    name,
    onBlur: field.onBlur,
    ref: field.ref,
    value: String(field.value),
    ...(placeholder !== undefined && { placeholder }),
  }
  const control =
    kind === "custom" ? (
      children?.(field)
    ) : kind === "lines" ? (
      <TextArea {...shared} rows={3} onChange={(event) => field.onChange(event.target.value)} />
    ) : (
      <Input {...shared} onChange={(event) => field.onChange(event.target.value)} />
    )
  if (label === undefined) return <div {...(className && { className })}>{control}</div>
  return (
    <Field
      label={label}
      description={description}
      error={problem(fieldState.error?.message)}
      {...(name === "image" ? {} : { optional: t("optional") })}
      {...(className && { className })}
    >
      {control}
    </Field>
  )
}
