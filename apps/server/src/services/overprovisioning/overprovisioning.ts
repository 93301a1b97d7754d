import type { z } from "zod"
import type {
  ChangeLoadLineSettings,
  LineHistory,
  LoadLineSettings,
  OverprovisioningNow,
  overprovisioningHistoryInput,
  SaleUses,
  saleUsesInput,
} from "../../contract/overprovisioning.js"

/** How much of the machine that the console runs on was sold, and how much more may be. Hosts that were added have no load line. */
export interface Overprovisioning {
  now(): Promise<OverprovisioningNow>
  /** One message now, one every five seconds, and one after each change. A slow reader gets the latest only. */
  follow(signal: AbortSignal): AsyncIterable<OverprovisioningNow>
  history(query: z.output<typeof overprovisioningHistoryInput>): Promise<LineHistory>
  sales(query: z.output<typeof saleUsesInput>): Promise<SaleUses>
  /** Holds from now on, and over restarts. Absent parts stay, `null` goes back to the default and follows it. Resolves with all settings. */
  changeSettings(change: ChangeLoadLineSettings): Promise<LoadLineSettings>
}
