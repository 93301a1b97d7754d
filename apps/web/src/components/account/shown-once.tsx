import { CopyButton } from "@/components/controls/copy-button"
import { Field } from "@/components/controls/field"
import { TextArea } from "@/components/controls/input"

/** A secret that is shown this once, to be copied. `hint` says what it is for. */
export function ShownOnce({ text, label, hint }: { text: string; label: string; hint: string }) {
  return (
    <Field label={label} description={hint}>
      <span className="flex items-start gap-1">
        <TextArea mono readOnly rows={2} value={text} onFocus={(event) => event.target.select()} className="resize-none break-all" />
        <CopyButton text={text} />
      </span>
    </Field>
  )
}
