interface Attempt {
  /** What is tried, by the container's root unless it says otherwise. */
  what: string
  result: string
}

/** What is tried from inside a tenant's container, and what comes of it. Each has a test of its id, and a row in docs/reference/isolation.md. */
export const attempts = {
  "tenant-address": {
    what: "Reach another tenant's container by its address",
    result: "No answer; one's own neighbour answers",
  },
  "tenant-name": {
    what: "Resolve another tenant's container: by name, name and tenant, id; also at that tenant's own name server",
    result: "No such name; the other name server does not answer",
  },
  "tenant-published-port": {
    what: "Reach a port that another tenant publishes",
    result: "As everybody does when it is published to the network; not when it is published to the host's loopback",
  },
  "host-listeners": {
    what: "Reach a TCP and a UDP listener of the host at its own addresses, at each bridge's and at 127.0.0.1",
    result: "Nothing arrives; the host itself reaches it",
  },
  "console-api": {
    what: "Find the server's socket or the local operator's token, in the file system and among abstract sockets",
    result: "Not there; who has no token is refused (401)",
  },
  "metadata-address": {
    what: "Reach 169.254.169.254 and another link-local address where somebody listens",
    result: "Refused at once; the host itself reaches it",
  },
  "raw-packets": { what: "Open a packet socket (sniffing, ARP of one's own)", result: "Refused (EPERM)" },
  "raw-ip": { what: "Open a raw socket of ICMP and of IP", result: "Refused (EPERM)" },
  "spoofed-address": {
    what: "Take the neighbour's IP address, another MAC address, another route; send with the neighbour's address",
    result: "Refused (EPERM)",
  },
  "other-network": {
    what: "Be connected to another tenant's network, made in it, or share its container's namespace",
    result: "Refused: there is no such network or container",
  },
  "many-sockets": {
    what: "Open sockets until there are no more, in eight processes",
    result: "They are the tenant's memory: the container is ended at its limit; others open and connect",
  },
  "connection-table": {
    what: "Fill the host's table of connections: datagrams to 64,000 ports of somebody outside",
    result: "It ends at the network's part (8,192 or an eighth of the table); then its own new connections fail, others' do not",
  },
  "other-cgroups": {
    what: "See other control groups; move processes, write limits, make groups",
    result: "It sees its own only, read-only",
  },
  "release-agent": {
    what: "Write `release_agent` and `notify_on_release`; mount a hierarchy of control groups",
    result: "The file is not there; mounting and writing are refused",
  },
  "kernel-settings": {
    what: "Write `core_pattern`, `modprobe`, `sysrq-trigger` and other settings of the host; uncover `/proc/sys`",
    result: "Read-only; unmounting and mounting are refused",
  },
  "kernel-memory": {
    what: "Read `kcore`, `kmsg`, `keys`, timers, `/dev/mem`, the kernel's log and addresses",
    result: "Empty, absent, or zeros",
  },
  "sys-files": { what: "Write whatever in `/sys` has a write bit; look into `/sys/firmware`", result: "Read-only; empty" },
  mounting: {
    what: "Mount, bind, remount, unmount, `pivot_root`, by the old calls and the new",
    result: "Refused (EPERM)",
  },
  "new-namespaces": { what: "Make a user namespace by `unshare` and by `clone`; enter another by `setns`", result: "Refused (EPERM)" },
  "host-processes": {
    what: "Trace and kill the server by its host pid, kill another tenant's process, kill all (`kill -9 -1`)",
    result: "No such process; the last ends its own container only",
  },
  keyrings: { what: "`keyctl`, `add_key`, `request_key`", result: "Refused (EPERM)" },
  bpf: { what: "`bpf`", result: "Refused (EPERM)" },
  "perf-events": { what: "`perf_event_open`", result: "Refused (EPERM)" },
  "io-uring": { what: "`io_uring_setup`", result: "Refused (EPERM)" },
  "other-kernel": { what: "`kexec_load`, `kexec_file_load`, `reboot`", result: "Refused (EPERM)" },
  modules: { what: "`init_module`, `finit_module`, `delete_module`, `modprobe`", result: "Refused (EPERM)" },
  "file-handles": { what: "`open_by_handle_at`, to reach files beside the container's root", result: "Refused (EPERM)" },
  "host-clock": { what: "Set the time", result: "Refused (EPERM)" },
  "swap-and-ports": { what: "`swapon`, `iopl`, `userfaultfd`, `syslog`", result: "Refused (EPERM)" },
  "runtime-binary": {
    what: "Overwrite the OCI runtime through `/proc/PID/exe` while the engine starts commands in the container",
    result: "No write succeeds; the binary is unchanged",
  },
  "made-device": { what: "Make a node of the host's disk and of its memory, and read it", result: "Making it is refused (EPERM)" },
  "brought-device": {
    what: "Read and write such nodes that the image brought, or that were copied in",
    result: "They cannot be opened",
  },
  "setuid-image": {
    what: "As another user, start a program of the image that is setuid root",
    result: "It runs with that user's rights",
  },
  "setuid-volume": {
    what: "Leave a setuid program in a volume for another container's user, and for the host's",
    result: "It runs with that user's rights; on the host it belongs to an id of the tenant's range",
  },
  "symlink-race-out": {
    what: "Turn a directory of a volume into a link to a file of the host again and again while the engine copies out of it",
    result: "What comes is the container's own or an error",
  },
  "symlink-race-in": { what: "The same while the engine copies into it", result: "Nothing is written outside of the container" },
  "symlink-race-mount": {
    what: "The same while another container mounts a volume onto that place",
    result: "Nothing is mounted or written outside of the container",
  },
  "own-disk": {
    what: "Write until the root disk and a volume are full",
    result: "No space left, for it alone; the host loses what was sold",
  },
  "own-inodes": { what: "Make files until a volume has no more inodes", result: "No space left, for it alone; the host loses none" },
  "fork-bomb": { what: "A fork bomb", result: "Stays at the container's number of processes; the other tenant answers as fast as before" },
  "fork-bombs-of-a-tenant": {
    what: "Fork without end in two containers that have no limit of their own",
    result: "Together they stay at the plan's number; the other tenant answers as fast as before",
  },
  memory: {
    what: "Take memory without end, and again after each restart",
    result: "Ended at its limit each time; the other tenant answers as fast as before",
  },
  "memory-of-a-tenant": {
    what: "Take the plan's memory by two containers together, each within its own limit",
    result: "One of them is ended; the other tenant answers as fast as before",
  },
  "memory-files": {
    what: "Fill `/dev/shm`, a tmpfs and `/dev`",
    result: "They are the container's memory: it stops at their size, or the container is ended at its limit",
  },
  processor: {
    what: "Loop in more processes than there are CPUs",
    result: "The plan's share of CPU; the other tenant answers as fast as before",
  },
  "log-flood": {
    what: "Write more than 100,000 log lines a second",
    result:
      "The log stays about its size (twice, in the median); the server's memory does not grow; another's lines come one by one as they are written",
  },
} as const satisfies Record<string, Attempt>

export type AttemptId = keyof typeof attempts
