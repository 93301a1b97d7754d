import type { ContainerEngine, ContainerSpec } from "@plimsoll/runtime"
import { type AdmissionDesk, OPERATOR_TENANT } from "./admission-desk.js"
import { admitContainer } from "./admit-container.js"
import { growthOfSpec } from "./growth-of.js"
import { planNotEnforceable, requireActive } from "./refusals.js"
import { volumesOfImageIfHere } from "./volumes-of-image.js"

/** Rejects with what making this container would be refused for now, though its image may still be to come; see `Admission.ask`. */
export async function askContainer(engine: ContainerEngine, desk: AdmissionDesk, spec: ContainerSpec): Promise<void> {
  const tenant = desk.planOf(spec.tenant ?? OPERATOR_TENANT)
  if (tenant === undefined) return desk.ask(engine, growthOfSpec(engine, spec, volumesOfImageIfHere))
  requireActive(tenant)
  if (!(await engine.info()).features.includes("tenant-limits")) throw planNotEnforceable(tenant.name)
  await admitContainer(engine, tenant, spec, volumesOfImageIfHere)
}
