import { spawn } from "node:child_process"
import { repository } from "../lib/repository.mjs"

/**
 * Boots the guest and runs one command in it as root, in the checkout. Shows its console and resolves with the command's exit
 * code, or undefined when the guest ended without one. The disk stays as it was: writes go to a temporary file.
 */
export async function bootGuest({ disk, kernel, initrd, command, accelerator, timeoutMs }) {
  if (command.some((word) => /[\s,"]/.test(word))) throw new Error("A word of the guest's command must not hold spaces, commas or quotes.")
  const qemu = spawn("qemu-system-x86_64", machine({ disk, kernel, initrd, command, accelerator }), {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: "/var/tmp" },
  })
  const timer = setTimeout(() => qemu.kill("SIGKILL"), timeoutMs)
  const stop = () => qemu.kill("SIGTERM")
  process.once("SIGINT", stop).once("SIGTERM", stop)
  let tail = ""
  qemu.stdout.on("data", (chunk) => {
    process.stdout.write(chunk)
    tail = (tail + chunk.toString("utf8")).slice(-4096)
  })
  await new Promise((resolve, reject) => qemu.once("close", resolve).once("error", reject))
  clearTimeout(timer)
  process.off("SIGINT", stop).off("SIGTERM", stop)
  const code = /plimsoll-exit: (\d+)/.exec(tail)?.[1]
  return code === undefined ? undefined : Number(code)
}

// TCG on one thread is the accelerator that every machine has.
function machine({ disk, kernel, initrd, command, accelerator }) {
  const parameters = [
    "root=/dev/vda",
    "console=ttyS0",
    "quiet",
    "panic=-1",
    "mitigations=off",
    "psi=1",
    `plimsoll.command=${command.join(",")}`,
  ]
  return [
    ["-accel", accelerator, "-smp", "1", "-cpu", "max", "-m", "3072", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"],
    ["-kernel", kernel, "-initrd", initrd, "-append", parameters.join(" ")],
    ["-drive", `file=${disk},format=raw,if=virtio,snapshot=on`],
    ["-virtfs", `local,path=${repository},mount_tag=repo,security_model=none,readonly=on,multidevs=remap`],
    ["-device", "virtio-rng-pci", "-nic", "none"],
  ].flat()
}
