import { readFileSync } from "node:fs"
import { findChromium } from "./find-chromium.mjs"
import { findPostgresql } from "./find-postgresql.mjs"
import { findProgram } from "./find-program.mjs"

/**
 * Programs of the distribution, and what needs them: the `engine` (`npm start` and all that runs containers), a check of `npm test` by
 * its name (`integration`, `e2e`), `bench` (as peers), `guest` (`npm run test:v2`),
 * `engines` (`npm run test:engines`), `software` (`npm run test:software`), `screenshots`. Any one of `anyOf` will do. A row for
 * a new test's program is all that it takes to have it installed.
 */
export const hostTools = [
  { for: ["engine"], anyOf: ["crun", "runc"], package: "crun", why: "starts containers (OCI runtime)" },
  {
    for: ["engine"],
    anyOf: ["conmon"],
    package: "conmon",
    why: "holds each container's streams, log and exit code, so that no container hangs on the daemon",
  },
  { for: ["engine"], anyOf: ["catatonit", "tini"], package: "catatonit", why: "is each container's pid 1 and reaps zombies" },
  { for: ["engine"], anyOf: ["nft"], package: "nftables", why: "publishes ports and separates networks" },
  { for: ["engine", "bench"], anyOf: ["ip"], package: "iproute2", why: "looks at links; its tc limits the rates of tenants" },
  // Where programs do not look: the engine finds it.
  {
    for: ["engine"],
    anyOf: ["/usr/lib/podman/aardvark-dns", "/usr/libexec/podman/aardvark-dns", "aardvark-dns"],
    package: "aardvark-dns",
    why: "resolves the names of a network's containers, also while the daemon is away",
  },
  // Debian and Ubuntu install it by default; a container image or a minimal installation may lack it.
  {
    for: ["engine", "guest"],
    anyOf: ["mkfs.ext4"],
    package: "e2fsprogs",
    why: "makes, checks and grows the disks of volumes with a limit",
  },
  // Debian's installer brings the `busybox` that needs the host's C library; alone in an image it would not run.
  { for: ["engine"], anyOf: ["busybox"], isStatic: true, package: "busybox-static", why: "is the starter image's userland" },

  {
    for: ["e2e", "screenshots"],
    anyOf: ["chromium"],
    find: findChromium,
    package: "chromium",
    why: "is the browser of the end-to-end tests",
    // By the ID of os-release(5): why the package is of no use there, and what helps instead.
    elsewhere: {
      ubuntu:
        "Ubuntu has Chromium only as a snap, which does not see the tests' temporary files. Either of these helps: npx playwright install --with-deps chromium; or another Chromium or Chrome, named by PLIMSOLL_CHROMIUM",
    },
  },
  {
    for: ["bench", "integration"],
    anyOf: ["skopeo"],
    package: "skopeo",
    why: "reads the image archives that we write, and writes those that we read",
  },
  {
    for: ["bench", "integration", "e2e", "software"],
    anyOf: ["docker-registry"],
    package: "docker-registry",
    why: "is the registry that tests pull from and push to",
  },
  { for: ["integration"], anyOf: ["buildah"], package: "buildah", why: "builds images, to unpack them as others do" },
  { for: ["integration"], anyOf: ["python3"], package: "python3", why: "lists file trees with every attribute, to compare them" },
  { for: ["bench", "integration"], anyOf: ["umoci"], package: "umoci", why: "unpacks layers, to compare ours with" },
  { for: ["integration"], anyOf: ["openssl"], package: "openssl", why: "makes certificates for a Docker Engine that is reached by TLS" },
  { for: ["integration"], anyOf: ["setcap"], package: "libcap2-bin", why: "gives files capabilities that must survive a copy" },
  { for: ["integration"], anyOf: ["sysctl"], package: "procps", why: "opens the attacker's routes in the network tests" },

  // Debian 12 has Docker's command line in docker.io, Debian 13 in a package of its own.
  {
    for: ["bench", "integration", "e2e"],
    anyOf: ["dockerd"],
    package: "docker.io",
    why: "is the Docker Engine that we drive, and are compared with",
  },
  { for: ["bench", "integration", "e2e"], anyOf: ["/usr/bin/docker"], package: "docker-cli", why: "is how Docker is asked" },
  { for: ["bench", "engines"], anyOf: ["podman"], package: "podman", why: "is driven by its Docker API, and compared with" },
  // Where programs do not look: Podman finds it.
  {
    for: ["engines"],
    anyOf: ["/usr/lib/podman/netavark"],
    package: "netavark",
    why: "makes Podman's networks",
  },

  { for: ["guest", "software"], anyOf: ["debootstrap"], package: "debootstrap", why: "makes root file systems of Debian" },
  // Where programs do not look: below the directory of its version.
  {
    for: ["postgresql", "integration-postgresql"],
    anyOf: ["initdb"],
    find: findPostgresql,
    package: "postgresql",
    why: "is the database that the console can have instead of SQLite",
  },
  { for: ["software"], anyOf: ["psql"], package: "postgresql-client", why: "asks PostgreSQL in a container" },
  { for: ["software"], anyOf: ["redis-cli"], package: "redis-tools", why: "asks Redis in a container" },
  { for: ["software"], anyOf: ["curl"], package: "curl", why: "asks nginx in a container" },

  { for: ["guest"], anyOf: ["qemu-system-x86_64"], package: "qemu-system-x86", why: "runs the guest" },
]

/** The rows of `tools` for which no program is installed, of those that any of the purposes needs. */
export function missingTools(purposes, tools = hostTools) {
  return tools.filter((tool) => tool.for.some((purpose) => purposes.includes(purpose)) && !isThere(tool))
}

/** Why the distribution cannot mend it, or undefined where it can. */
export function unavailableHere(tool, osRelease = readFileSync("/etc/os-release", "utf8")) {
  const id = /^ID="?([^"\n]+)/m.exec(osRelease)?.[1] ?? ""
  return tool.elsewhere?.[id]
}

function isThere(tool) {
  if (tool.find) return tool.find() !== undefined
  return tool.anyOf.map((name) => findProgram(name)).some((path) => path && (!tool.isStatic || isStatic(path)))
}

const PT_INTERP = 3

/** True for a 64-bit ELF program that names no loader (PT_INTERP, elf(5)): it runs where there is nothing else. */
export function isStatic(path) {
  const elf = readFileSync(path)
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2) return false
  const [headers, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)]
  return !Array.from({ length: count }, (_, index) => elf.readUInt32LE(headers + index * size)).includes(PT_INTERP)
}
