const GiB = 1024 ** 3
const inMemoryUnits = (bytes) => Math.ceil(bytes / (GiB / 4)) * (GiB / 4)

/** Plans for a machine of this size. Sold to the tenants below they come to 2.4 times its memory and twice its cores. */
export function demoPlans({ memoryBytes, cpuCount }) {
  const terms = (share, more) => ({
    memoryGuaranteedBytes: inMemoryUnits(memoryBytes * share) / 4,
    memoryMaxBytes: inMemoryUnits(memoryBytes * share),
    cpuGuaranteedCores: cpuCount * 0.1,
    cpuMaxCores: cpuCount * share,
    cpuWeight: 100,
    pidsMax: 2000,
    containers: 20,
    volumes: 10,
    networks: 3,
    publicPorts: 5,
    tokens: 5,
    diskBytes: 0,
    ociRuntimes: [],
    ...more,
  })
  return [
    { name: "Coaster", terms: terms(0.6, { cpuWeight: 50, diskBytes: 16 * GiB, containers: 10 }) },
    { name: "Freighter", terms: terms(0.9, { memoryGuaranteedBytes: inMemoryUnits(memoryBytes * 0.2) }) },
  ]
}

export const demoTenants = [
  { tenant: "acme", title: "Acme Ltd", plan: "Freighter" },
  { tenant: "blue-harbour", title: "Blue Harbour Marina", plan: "Coaster" },
  { tenant: "northwind", title: "Northwind Traders", plan: "Freighter" },
]
