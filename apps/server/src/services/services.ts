import type { Admission } from "./admission/admission.js"
import type { Audit } from "./audit/audit.js"
import type { EngineAccess } from "./engine/engine-access.js"
import type { EventLog } from "./events/event-log.js"
import type { HostService } from "./host/host-service.js"
import type { Hosts } from "./hosts/hosts.js"
import type { Ladder } from "./ladder/ladder.js"
import type { ContainersLive } from "./live/containers-live.js"
import type { Members } from "./members/members.js"
import type { Metering } from "./metering/metering.js"
import type { MetricsService } from "./metrics/metrics-service.js"
import type { Overprovisioning } from "./overprovisioning/overprovisioning.js"
import type { WhatIfs } from "./overprovisioning/what-if.js"
import type { Plans } from "./plans/plans.js"
import type { Prometheus } from "./prometheus/prometheus.js"
import type { Registries } from "./registries/registries.js"
import type { Sessions } from "./session/sessions.js"
import type { Tenants } from "./tenants/tenants.js"
import type { Terminals } from "./terminals/terminals.js"
import type { Tokens } from "./tokens/tokens.js"
import type { Transfers } from "./transfers/transfers.js"

/** The use cases, as routers and HTTP streams see them. Made in `create-services.ts`. */
export interface Services {
  engine: EngineAccess
  host: HostService
  hosts: Hosts
  live: ContainersLive
  events: EventLog
  audit: Audit
  metrics: MetricsService
  metering: Metering
  terminals: Terminals
  sessions: Sessions
  members: Members
  tokens: Tokens
  registries: Registries
  transfers: Transfers
  admission: Admission
  overprovisioning: Overprovisioning
  plans: Plans
  tenants: Tenants
  whatIf: WhatIfs
  prometheus: Prometheus
  /** Of this machine. */
  ladder: Ladder
  /** Writes an unexpected error to the log, where no answer carries it. */
  report(error: unknown, doing: string): void
}
