"use client"
import { bounds } from "@plimsoll/server/contract"
import { type ReactNode, useEffect, useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { cn } from "@/lib/cn"
import { type PasswordStrength, passwordStrength } from "@/lib/password-strength"

interface NewPasswordFieldProps {
  label: ReactNode
  value: string
  onValueChange: (value: string) => void
  /** Names of its owner, which must not be what makes it up. */
  own: readonly string[]
  /** What the server had against it. */
  refusal?: ReactNode
}

/** A password that is chosen, with how hard it is to guess. What counts is the server's own judgement. */
export function NewPasswordField({ label, value, onValueChange, own, refusal }: NewPasswordFieldProps) {
  const t = useTranslations("password")
  const strength = useStrength(value, own.join("\n"))
  const short = value !== "" && value.length < bounds.passwordMinimumLength
  return (
    <Field
      label={label}
      description={t("hint", { count: bounds.passwordMinimumLength })}
      error={short ? t("tooShort", { count: bounds.passwordMinimumLength }) : refusal}
    >
      <Input type="password" autoComplete="new-password" value={value} onChange={(event) => onValueChange(event.target.value)} />
      {value === "" || strength === null ? null : <StrengthBar strength={short ? 0 : strength} />}
    </Field>
  )
}

const tones = ["bg-bad", "bg-bad", "bg-warn", "bg-run", "bg-run"] as const

function StrengthBar({ strength }: { strength: PasswordStrength }) {
  const t = useTranslations("password")
  return (
    <p role="status" className="flex items-center gap-2.5 text-mute text-sm">
      <span aria-hidden className="grid w-24 grid-cols-4 gap-1">
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={cn("h-1 rounded-full", step <= Math.max(1, strength) ? tones[strength] : "bg-hull")} />
        ))}
      </span>
      {t(`strength.${strength}`)}
    </p>
  )
}

/** `null` until it was judged, and where what judges could not be fetched. */
function useStrength(password: string, own: string): PasswordStrength | null {
  const [strength, setStrength] = useState<PasswordStrength | null>(null)
  useEffect(() => {
    if (password === "") return setStrength(null)
    let current = true
    passwordStrength(password, own.split("\n")).then(
      (result) => {
        if (current) setStrength(result)
      },
      // The server judges all the same.
      () => setStrength(null),
    )
    return () => {
      current = false
    }
  }, [password, own])
  return strength
}
