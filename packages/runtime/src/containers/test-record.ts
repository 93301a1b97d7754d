import type { ContainerRecord } from "./container-record.js"

/** A created container for unit tests. */
export function testRecord(change: Partial<ContainerRecord> = {}): ContainerRecord {
  const id = change.id ?? "0123456789abcdef".repeat(4)
  const name = change.name ?? "web"
  return {
    version: 1,
    id,
    name,
    tenant: "operator",
    createdAt: 1,
    spec: { image: "busybox", name, tenant: "operator" },
    image: { id: "sha256:1", reference: "docker.io/library/busybox:latest", diffIds: [] },
    resolved: {
      entrypoint: [],
      command: ["/bin/true"],
      environment: [],
      workingDirectory: "/",
      user: "",
      hostname: "web",
      stopSignal: "SIGTERM",
      stopTimeoutMs: 10_000,
      terminal: false,
      openStdin: false,
      init: true,
      readOnlyRoot: false,
      capabilities: [],
      mounts: [],
      network: { kind: "none" },
      ports: [],
      restartPolicy: { kind: "no" },
      healthCheck: null,
      ociRuntime: "crun",
    },
    limits: {},
    idRange: undefined,
    connections: [],
    ports: [],
    state: { status: "created" },
    restartCount: 0,
    restartStreak: 0,
    health: { status: "none", log: [] },
    execs: {},
    limitsInDoubt: false,
    eventSequence: 0,
    outbox: [],
    ...change,
  }
}
