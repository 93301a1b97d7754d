const MB = 1024 * 1024

// Small real work in busybox's shell, together about a third of one core.
const shell = (script) => ["/bin/sh", "-c", script]
const serve = shell(
  'mkdir -p /srv; i=0; while [ $i -lt 200 ]; do echo "row $i $(date)"; i=$((i+1)); done >/srv/index.html; echo "listening on 8080"; exec httpd -f -v -p 8080 -h /srv',
)
const visit = shell(
  'echo "visiting $TARGET"; n=0; while :; do wget -q -O /dev/null "http://$TARGET:8080/" || echo "ERROR $TARGET did not answer"; n=$((n+1)); [ $((n % 50)) = 0 ] && echo "INFO $n pages fetched"; sleep 0.$((RANDOM % 5 + 2)); done',
)
const work = (units) =>
  shell(
    `while :; do todo=$(( (RANDOM % 6 + 1) * ${units} )); i=0; while [ $i -lt $todo ]; do i=$((i+1)); done; echo "INFO job of $todo steps done"; sleep $((RANDOM % 8 + 3)); done`,
  )
const cache = (mb) =>
  shell(
    `while :; do want=$((RANDOM % ${mb} + 4)); dd if=/dev/urandom of=/dev/shm/cache bs=1M count=$want 2>/dev/null; echo "INFO cache holds $want MB"; sleep $((RANDOM % 15 + 5)); done`,
  )
const store = shell(
  'while :; do dd if=/dev/zero of=/data/segment bs=256k count=$((RANDOM % 24 + 4)) conv=fsync 2>/dev/null; gzip -c /data/segment >/data/segment.gz; echo "INFO segment flushed, $(wc -c </data/segment.gz) bytes packed"; sleep $((RANDOM % 10 + 4)); done',
)
const log = shell(
  'n=0; while :; do n=$((n+1)); case $((RANDOM % 20)) in 0) echo "ERROR request $n failed: upstream timed out" >&2;; 1|2) echo "WARN request $n took $((RANDOM % 900 + 400)) ms";; *) echo "INFO request $n served in $((RANDOM % 80 + 3)) ms";; esac; sleep 0.$((RANDOM % 8 + 1)); done',
)
const sparse = shell('while :; do echo "INFO nothing to do"; sleep 60; done')
const crash = shell(
  'echo "INFO import begins"; sleep $((RANDOM % 60 + 120)); echo "ERROR import stopped: remote closed the connection" >&2; exit 1',
)
const leak = shell(
  'block=$(head -c 1000000 /dev/zero | tr "\\000" x); n=0; while :; do n=$((n+1)); eval "session$n=\\$block"; echo "INFO session $n kept"; sleep 6; done',
)

const always = { kind: "unless-stopped" }
const limits = (megabytes, cores, pids = 64) => ({ memoryMaxBytes: megabytes * MB, cpuMaxCores: cores, pidsMax: pids })

/**
 * Tenants and containers of the demo. `visits` names the container whose address becomes `$TARGET`; `leave` is the state in which a
 * container is left (`running` when absent). The `memoryShare`s add up to more than the machine has, as a provider's plans do.
 */
export const demoContainers = [
  {
    tenant: "acme",
    name: "acme-shop",
    memoryShare: 0.12,
    command: serve,
    limits: limits(64, 0.5),
    ports: [{ containerPort: 8080, protocol: "tcp", hostAddress: "127.0.0.1" }],
    health: "wget -q -O /dev/null http://127.0.0.1:8080/",
  },
  { tenant: "acme", name: "acme-visitors", command: visit, visits: "acme-shop", limits: limits(32, 0.25) },
  { tenant: "acme", name: "acme-worker-1", memoryShare: 0.08, command: work(300_000), limits: limits(64, 0.25) },
  { tenant: "acme", name: "acme-worker-2", command: work(200_000), limits: limits(64, 0.25) },
  { tenant: "acme", name: "acme-cache", command: cache(24), limits: limits(64, 0.25) },
  { tenant: "acme", name: "acme-db", memoryShare: 0.25, command: store, limits: limits(128, 0.5), volume: "acme-db-data" },
  { tenant: "acme", name: "acme-log", command: log, limits: limits(32, 0.1) },
  {
    tenant: "blue-harbour",
    name: "harbour-site",
    memoryShare: 0.1,
    command: serve,
    limits: limits(64, 0.5),
    ports: [{ containerPort: 8080, protocol: "tcp", hostAddress: "127.0.0.1" }],
    health: "wget -q -O /dev/null http://127.0.0.1:8080/",
  },
  { tenant: "blue-harbour", name: "harbour-visitors", command: visit, visits: "harbour-site", limits: limits(32, 0.25) },
  { tenant: "blue-harbour", name: "harbour-berths", memoryShare: 0.12, command: work(400_000), limits: limits(96, 0.5) },
  { tenant: "blue-harbour", name: "harbour-tides", command: cache(16), limits: limits(48, 0.2) },
  {
    tenant: "blue-harbour",
    name: "harbour-archive",
    memoryShare: 0.2,
    command: store,
    limits: limits(128, 0.25),
    volume: "harbour-archive-data",
  },
  {
    tenant: "blue-harbour",
    name: "harbour-import",
    command: crash,
    limits: limits(32, 0.1),
    restartPolicy: { kind: "on-failure", maximumRetries: 0 },
  },
  { tenant: "blue-harbour", name: "harbour-night-shift", command: sparse, limits: limits(32, 0.1), leave: "paused" },
  { tenant: "northwind", name: "northwind-api", memoryShare: 0.1, command: log, limits: limits(48, 0.2) },
  { tenant: "northwind", name: "northwind-render", memoryShare: 0.25, command: work(500_000), limits: limits(128, 0.5) },
  { tenant: "northwind", name: "northwind-sessions", command: leak, limits: limits(32, 0.1) },
  { tenant: "northwind", name: "northwind-queue", command: cache(12), limits: limits(48, 0.2) },
  { tenant: "northwind", name: "northwind-cron", command: sparse, limits: limits(32, 0.1) },
  { tenant: "northwind", name: "northwind-old-site", memoryShare: 0.06, command: serve, limits: limits(64, 0.5), leave: "stopped" },
  { tenant: "northwind", name: "northwind-next", command: serve, limits: limits(64, 0.5), leave: "created" },
]

/** A row as the engine's create request. `memoryShare` of the machine is sold to it where it has one. */
export function toSpec(row, { image, label, targetAddress, memoryBytes }) {
  return {
    name: row.name,
    tenant: row.tenant,
    image,
    command: row.command,
    labels: { [label]: "true" },
    limits: row.memoryShare
      ? { ...row.limits, memoryMaxBytes: Math.ceil((memoryBytes * row.memoryShare) / (64 * MB)) * 64 * MB }
      : row.limits,
    restartPolicy: row.restartPolicy ?? always,
    stopTimeoutMs: 2000,
    ...(row.ports ? { ports: row.ports } : {}),
    ...(row.volume ? { mounts: [{ kind: "volume", volume: row.volume, target: "/data" }] } : {}),
    ...(targetAddress ? { environment: [`TARGET=${targetAddress}`] } : {}),
    ...(row.health
      ? { healthCheck: { command: shell(row.health), intervalMs: 15_000, timeoutMs: 3000, startPeriodMs: 2000, retries: 3 } }
      : {}),
  }
}
