"use client"
import { Dialog } from "@base-ui/react/dialog"
import type { ContainerSummary, OnHost } from "@plimsoll/server/contract"
import { Command } from "cmdk"
import { ChevronRight, Search } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { backdropClass, viewportClass } from "@/components/controls/dialog"
import { KeyHint } from "@/components/controls/key-hint"
import { cn } from "@/lib/cn"
import type { PaletteCommand, PaletteGroup } from "./commands"
import { bestMatches } from "./match"
import { useContainerCommands } from "./use-container-commands"
import { type PaletteSurroundings, useRootGroups } from "./use-root-groups"

interface CommandPaletteProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  surroundings: PaletteSurroundings
}

/** Goes to any page, finds containers and images by name, and does things with them. A container opens its own actions; Backspace leads back. */
export function CommandPalette({ open, onOpenChange, surroundings }: CommandPaletteProps) {
  const t = useTranslations("palette")
  const [query, setQuery] = useState("")
  const [container, setContainer] = useState<OnHost<ContainerSummary> | null>(null)
  const containerCommands = useContainerCommands()
  const rootGroups = useRootGroups(query, {
    open,
    surroundings,
    onContainer: (chosen) => {
      setContainer(chosen)
      setQuery("")
    },
  })
  const groups: PaletteGroup[] =
    container === null
      ? rootGroups
      : [
          {
            heading: t("on", { name: container.name }),
            commands: bestMatches(containerCommands(container), query, { textOf: (command) => command.label, limit: 20 }),
          },
        ]

  function change(next: boolean) {
    if (!next) {
      setQuery("")
      setContainer(null)
    }
    onOpenChange(next)
  }

  function run(command: PaletteCommand) {
    if (!command.stays) change(false)
    command.run()
  }

  return (
    <Dialog.Root open={open} onOpenChange={(next) => change(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Viewport className={cn(viewportClass, "max-sm:items-start! max-sm:p-2!")}>
          <Dialog.Popup className="w-full max-w-140 overflow-hidden rounded-panel border border-line bg-raised shadow-pop outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Dialog.Title className="sr-only">{t("title")}</Dialog.Title>
            <Command
              shouldFilter={false}
              loop
              label={t("title")}
              onKeyDown={(event) => {
                if (event.key !== "Backspace" || query !== "" || container === null) return
                event.preventDefault()
                setContainer(null)
              }}
            >
              <div className="flex items-center gap-2.5 border-line border-b px-4">
                <Search aria-hidden className="size-4 shrink-0 text-faint" />
                {container ? <span className="max-w-40 shrink-0 truncate rounded bg-selected px-1.5 text-sm">{container.name}</span> : null}
                <Command.Input
                  value={query}
                  onValueChange={setQuery}
                  placeholder={t("placeholder")}
                  className="h-11 min-w-0 flex-1 bg-transparent text-lg outline-none placeholder:text-faint"
                />
              </div>
              <Command.List className="max-h-[min(60vh,26rem)] overflow-y-auto overscroll-contain p-1.5">
                <Command.Empty className="px-3 py-8 text-center text-mute">{t("nothing", { text: query })}</Command.Empty>
                {groups.map((group) => (
                  <Command.Group
                    key={group.heading}
                    heading={group.heading}
                    className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs"
                  >
                    {group.commands.map((command) => (
                      <Command.Item
                        key={command.id}
                        value={command.id}
                        onSelect={() => run(command)}
                        className="flex h-9 cursor-default items-center gap-2.5 rounded-control px-2.5 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-mute"
                      >
                        {command.icon}
                        <span className="min-w-0 truncate">{command.label}</span>
                        {command.detail ? <span className="truncate text-faint text-sm">{command.detail}</span> : null}
                        <span className="ml-auto flex items-center">
                          {command.keys ? <KeyHint keys={command.keys} /> : null}
                          {command.stays && command.keys === undefined ? <ChevronRight aria-hidden /> : null}
                        </span>
                      </Command.Item>
                    ))}
                  </Command.Group>
                ))}
              </Command.List>
            </Command>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
