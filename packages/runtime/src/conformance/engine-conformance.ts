import { describe } from "vitest"
import { diskLimitsConformance } from "./disk-limits.js"
import { eventsConformance } from "./events.js"
import { execConformance } from "./exec.js"
import { filesConformance } from "./files.js"
import { type MakeEngine, setUpHarness } from "./harness.js"
import { hibernationConformance } from "./hibernation.js"
import { imagesConformance } from "./images.js"
import { isolationConformance } from "./isolation.js"
import { lifecycleConformance } from "./lifecycle.js"
import { limitsConformance } from "./limits.js"
import { napsConformance } from "./naps.js"
import { networkingConformance } from "./networking.js"
import { observationConformance } from "./observation.js"
import { policiesConformance } from "./policies.js"
import { reclaimConformance } from "./reclaim.js"
import { registriesConformance } from "./registries.js"
import { settingsConformance } from "./settings.js"
import { stdioConformance } from "./stdio.js"
import { volumeLimitsConformance } from "./volume-limits.js"
import { volumesConformance } from "./volumes.js"

/**
 * Registers the suite that every container engine must pass with the running vitest. `makeEngine` is called once and
 * must give an engine with nothing in it. What an engine does not list among its features must be refused as
 * `unsupported`; limits that the host cannot enforce must be refused as `limit_unsupported`.
 */
export function engineConformance(makeEngine: MakeEngine, options: { name: string }): void {
  describe(options.name, () => {
    const harness = setUpHarness(makeEngine)
    observationConformance(harness)
    lifecycleConformance(harness)
    stdioConformance(harness)
    execConformance(harness)
    filesConformance(harness)
    imagesConformance(harness)
    registriesConformance(harness)
    settingsConformance(harness)
    isolationConformance(harness)
    networkingConformance(harness)
    volumesConformance(harness)
    volumeLimitsConformance(harness)
    diskLimitsConformance(harness)
    limitsConformance(harness)
    napsConformance(harness)
    hibernationConformance(harness)
    reclaimConformance(harness)
    policiesConformance(harness)
    eventsConformance(harness)
  })
}
