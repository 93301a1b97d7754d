"use client"
import { useTranslations } from "use-intl"

const problems = [
  "image_missing",
  "name_malformed",
  "tenant_malformed",
  "environment_malformed",
  "label_malformed",
  "port_malformed",
  "mount_malformed",
  "memory_malformed",
  "swap_malformed",
  "disk_malformed",
  "swap_without_memory",
  "cpus_malformed",
  "weight_malformed",
  "pids_malformed",
  "user_malformed",
  "directory_malformed",
  "hostname_malformed",
  "retries_malformed",
  "remove_and_restart",
  "unclosed_quote",
  "trailing_backslash",
] as const

/** Words for the keys with which the form's schema says what is wrong. */
export function useProblem(): (key: string | undefined) => string | undefined {
  const t = useTranslations("createContainer.problem")
  return (key) => {
    const known = problems.find((problem) => problem === key)
    return known === undefined ? key : t(known)
  }
}
