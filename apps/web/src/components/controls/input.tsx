"use client"
import { Field } from "@base-ui/react/field"
import { Input as BaseInput } from "@base-ui/react/input"
import type { ComponentProps } from "react"
import { cn } from "@/lib/cn"

/** The look of anything one types into. */
export const fieldClass = cn(
  "w-full min-w-0 rounded-control border border-line-strong bg-field px-2.5 text-ink transition-colors placeholder:text-faint",
  "hover:border-line-strong focus-visible:border-focus focus-visible:outline-1 focus-visible:outline-focus focus-visible:outline-offset-0",
  "disabled:cursor-not-allowed disabled:opacity-60 data-invalid:border-bad aria-invalid:border-bad",
)

interface InputProps extends ComponentProps<"input"> {
  /** Fixed-width letters, for names, paths, commands and digests. */
  mono?: boolean
}

/** One line of text. Inside a `Field` it is labelled and described by it. */
export function Input({ mono = false, className, ...rest }: InputProps) {
  return (
    <BaseInput autoComplete="off" spellCheck={false} {...rest} className={cn(fieldClass, "h-8", mono && "font-mono text-sm", className)} />
  )
}

interface TextAreaProps extends ComponentProps<"textarea"> {
  mono?: boolean
}

/** Several lines of text. */
export function TextArea({ mono = false, className, rows = 4, ...rest }: TextAreaProps) {
  return (
    <Field.Control
      render={
        <textarea
          spellCheck={false}
          rows={rows}
          {...rest}
          className={cn(fieldClass, "resize-y py-1.5", mono && "font-mono text-sm", className)}
        />
      }
    />
  )
}
