import { spawn } from "node:child_process"
import { join } from "node:path"
import { repository } from "./repository.mjs"

/** Prints what this host can and cannot do, as `npm run doctor` does, in a process of its own. */
export function printProbe({ dataDirectory, runDirectory }) {
  return new Promise((resolve) => {
    const env = { ...process.env, PLIMSOLL_DATA_DIR: dataDirectory, PLIMSOLL_RUN_DIR: runDirectory }
    const doctor = spawn(process.execPath, [join(repository, "scripts/doctor.mjs")], { env, stdio: ["ignore", "inherit", "inherit"] })
    doctor.once("close", resolve)
    doctor.once("error", resolve)
  })
}
