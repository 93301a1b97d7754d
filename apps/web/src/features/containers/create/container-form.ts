import { bounds } from "@plimsoll/server/contract"
import { z } from "zod"
import { parseBytes } from "./parse-bytes"
import { parsePort } from "./parse-port"
import { splitCommandLine } from "./split-command-line"

/** Messages are keys below `containers.create.problem`. */
const optionalBytes = (minimum: number, problem: string) =>
  z.string().refine((text) => text.trim() === "" || (parseBytes(text) ?? -1) >= minimum, problem)

const optionalCommand = z.string().superRefine((text, context) => {
  const split = splitCommandLine(text)
  if ("problem" in split) context.addIssue({ code: "custom", message: split.problem })
})

const lines = (pattern: RegExp, problem: string) =>
  z.string().refine((text) => nonEmptyLines(text).every((line) => pattern.test(line)), problem)

/** What the form holds: text as it was typed, so that nothing jumps under the cursor. */
export const containerFormSchema = z
  .object({
    image: z.string().trim().min(1, "image_missing"),
    name: z.string().regex(/^([a-zA-Z0-9][a-zA-Z0-9_.-]{0,127})?$/, "name_malformed"),
    tenant: z.string().regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$/, "tenant_malformed"),
    entrypoint: optionalCommand,
    command: optionalCommand,
    environment: lines(/^[^=\s][^=]*=.*$/, "environment_malformed"),
    labels: lines(/^[^=\s][^=]*(=.*)?$/, "label_malformed"),
    ports: z.string().refine((text) => splitList(text).every((port) => parsePort(port) !== undefined), "port_malformed"),
    mounts: lines(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*:\/[^:]+(:ro)?$/, "mount_malformed"),
    memory: optionalBytes(4 * 2 ** 20, "memory_malformed"),
    swap: optionalBytes(0, "swap_malformed"),
    disk: optionalBytes(bounds.diskMinimumBytes, "disk_malformed"),
    cpus: z.string().refine((text) => text.trim() === "" || decimal(text) >= 0.01, "cpus_malformed"),
    cpuWeight: z.string().refine((text) => text.trim() === "" || isInteger(text, 1, 10_000), "weight_malformed"),
    pids: z.string().refine((text) => text.trim() === "" || isInteger(text, 1, 4_194_304), "pids_malformed"),
    user: z.string().regex(/^[^\s]*$/, "user_malformed"),
    workingDirectory: z.string().regex(/^(\/.*)?$/, "directory_malformed"),
    hostname: z.string().regex(/^([a-zA-Z0-9]([a-zA-Z0-9.-]{0,62}))?$/, "hostname_malformed"),
    network: z.enum(["bridge", "none"]),
    restart: z.enum(["no", "on-failure", "always", "unless-stopped"]),
    retries: z.string().refine((text) => isInteger(text, 0, 1000), "retries_malformed"),
    terminal: z.boolean(),
    openStdin: z.boolean(),
    readOnlyRoot: z.boolean(),
    init: z.boolean(),
    autoRemove: z.boolean(),
    start: z.boolean(),
  })
  .refine((form) => !(form.autoRemove && form.restart !== "no"), { path: ["autoRemove"], message: "remove_and_restart" })
  .refine((form) => form.swap.trim() === "" || form.memory.trim() !== "", { path: ["swap"], message: "swap_without_memory" })

export type ContainerForm = z.infer<typeof containerFormSchema>

export const emptyContainerForm: ContainerForm = {
  image: "",
  name: "",
  tenant: "",
  entrypoint: "",
  command: "",
  environment: "",
  labels: "",
  ports: "",
  mounts: "",
  memory: "",
  swap: "",
  disk: "",
  cpus: "",
  cpuWeight: "",
  pids: "",
  user: "",
  workingDirectory: "",
  hostname: "",
  network: "bridge",
  restart: "no",
  retries: "3",
  terminal: false,
  openStdin: false,
  readOnlyRoot: false,
  init: true,
  autoRemove: false,
  start: true,
}

export function nonEmptyLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
}

/** Entries between commas, blanks or line ends. */
export function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== "")
}

/** A decimal number with point or comma; NaN when it is none. */
export function decimal(text: string): number {
  return /^\s*\d+([.,]\d+)?\s*$/.test(text) ? Number(text.replace(",", ".")) : Number.NaN
}

function isInteger(text: string, minimum: number, maximum: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= minimum && Number(text) <= maximum
}
