import type { ContainerEngine } from "@plimsoll/runtime"
import type { SaleDesk } from "../overprovisioning/sale-desk.js"
import type { TenantBook } from "../tenants/tenant-book.js"
import type { Admission } from "./admission.js"
import { AdmissionDesk } from "./admission-desk.js"
import { askContainer } from "./ask-container.js"
import { guardContainers } from "./guard-containers.js"
import { guardNetworks } from "./guard-networks.js"
import { guardVolumes } from "./guard-volumes.js"
import { requireCount } from "./refusals.js"
import type { TenantGate } from "./tenant-gate.js"

export function createAdmission({ book, gate, line }: { book: TenantBook; gate: TenantGate; line: SaleDesk }): Admission {
  const desk = new AdmissionDesk(book, gate, line)
  return {
    guard: (engine) =>
      ({
        kind: engine.kind,
        info: () => engine.info(),
        containers: guardContainers(engine, desk),
        images: engine.images,
        networks: guardNetworks(engine, desk),
        volumes: guardVolumes(engine, desk),
        tenants: engine.tenants,
        events: (options) => engine.events(options),
        close: () => engine.close(),
      }) satisfies ContainerEngine,

    ask: (engine, spec) => askContainer(engine, desk, spec),

    within: (tenant, resource, count, work) =>
      desk.more(tenant, async (booked) => {
        if (booked !== undefined) requireCount(booked, resource, { used: await count(), wanted: 1 })
        return work()
      }),

    overruling: (overrule, work) => line.overruling(overrule, work),
  }
}
