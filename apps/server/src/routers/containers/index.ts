import { router } from "../../trpc/init.js"
import { bulk, commit, compactDisk, resizeDisk, update } from "./changes.js"
import { create, kill, pause, pullAndCreate, remove, rename, restart, resume, start, stop } from "./lifecycle.js"
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
