/** Debian and Ubuntu package of each host tool the engine runs. */
export const toolPackages: Readonly<Record<string, string>> = {
  crun: "crun",
  runc: "runc",
  conmon: "conmon",
  catatonit: "catatonit",
  tini: "tini",
  nft: "nftables",
  ip: "iproute2",
  tc: "iproute2",
  "aardvark-dns": "aardvark-dns",
  busybox: "busybox-static",
  unshare: "util-linux",
  nsenter: "util-linux",
  mount: "util-linux",
  modprobe: "kmod",
  sysctl: "procps",
  tar: "tar",
  criu: "criu",
  "mkfs.ext4": "e2fsprogs",
  e2fsck: "e2fsprogs",
  resize2fs: "e2fsprogs",
  fstrim: "util-linux",
}

/** The command that installs a tool, for messages. */
export function installCommand(tool: string): string {
  return `apt-get install -y --no-install-recommends ${toolPackages[tool] ?? tool}`
}
