import { CopyButton } from "./copy-button"

/** A command to run in a shell, with a button that copies it. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className="flex max-w-full items-start gap-1 rounded-control border border-line bg-bg py-1 pr-1 pl-2.5">
      <code className="min-w-0 flex-1 break-words py-1 text-sm">{command}</code>
      <CopyButton text={command} />
    </div>
  )
}
