/**
 * Paths of /proc and /sys that show or steer the whole host, as Docker hides them. A path that the kernel does not have
 * is passed over by the OCI runtime.
 */
export function protectedPaths(privileged: boolean): { maskedPaths: string[]; readonlyPaths: string[] } {
  return privileged ? { maskedPaths: [], readonlyPaths: [] } : { maskedPaths: [...maskedPaths], readonlyPaths: [...readonlyPaths] }
}

const maskedPaths = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware",
]

const readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
