import { router } from "../../trpc/init.js"
import { changeLadder } from "./change-ladder.js"

export const overprovisioningRouter = router({ changeLadder })
