import { router } from "../../trpc/init.js"
import { bulk, commit, compactDisk, resizeDisk, update } from "./changes.js"
import { create, kill, nap, pause, pullAndCreate, reclaim, remove, rename, restart, resume, start, stop, wake } from "./lifecycle.js"
import { live, logs, stats } from "./live.js"
import { cgroupTree, diff, files, inspect, list, namespaces, top } from "./queries.js"
import { attach, openTerminal, rejoinTerminal } from "./terminals.js"

export const containersRouter = router({
  list,
  inspect,
  create,
  pullAndCreate,
  start,
  stop,
  kill,
  restart,
  pause,
  resume,
  nap,
  wake,
  reclaim,
  rename,
  remove,
  bulk,
  update,
  resizeDisk,
  compactDisk,
  commit,
  top,
  diff,
  files,
  namespaces,
  cgroupTree,
  openTerminal,
  rejoinTerminal,
  attach,
  live,
  stats,
  logs,
})
