import { router } from "../trpc/init.js"
import { containersRouter } from "./containers/index.js"
import { eventsRouter } from "./events/index.js"
import { hostRouter } from "./host/index.js"
import { hostsRouter } from "./hosts/index.js"
import { imagesRouter } from "./images/index.js"
import { membersRouter } from "./members/index.js"
import { meteringRouter } from "./metering/index.js"
import { metricsRouter } from "./metrics/index.js"
import { networksRouter } from "./networks/index.js"
import { overprovisioningRouter } from "./overprovisioning/index.js"
import { plansRouter } from "./plans/index.js"
import { registriesRouter } from "./registries/index.js"
import { sessionRouter } from "./session/index.js"
import { tenantsRouter } from "./tenants/index.js"
import { tokensRouter } from "./tokens/index.js"
import { transfersRouter } from "./transfers/index.js"
import { volumesRouter } from "./volumes/index.js"

export const appRouter = router({
  session: sessionRouter,
  host: hostRouter,
  hosts: hostsRouter,
  containers: containersRouter,
  images: imagesRouter,
  transfers: transfersRouter,
  registries: registriesRouter,
  networks: networksRouter,
  volumes: volumesRouter,
  plans: plansRouter,
  overprovisioning: overprovisioningRouter,
  tenants: tenantsRouter,
  members: membersRouter,
  tokens: tokensRouter,
  events: eventsRouter,
  metrics: metricsRouter,
  metering: meteringRouter,
})

export type AppRouter = typeof appRouter
