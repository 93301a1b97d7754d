import { router } from "../../trpc/init.js"
import { changeLadder } from "./change-ladder.js"
import { changeSettings } from "./change-settings.js"
import { history } from "./history.js"
import { live } from "./live.js"
import { now } from "./now.js"
import { sales } from "./sales.js"
import { whatIf } from "./what-if.js"

export const overprovisioningRouter = router({
  now,
  live,
  history,
  sales,
  changeSettings,
  changeLadder,
  whatIf,
})
