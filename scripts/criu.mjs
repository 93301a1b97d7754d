// npm run criu -- [--prefix DIR] [--suite NAME]: a CRIU that works on this kernel, for hibernation. Installs, so only ever by hand.
import { join, resolve } from "node:path"
import { criuIn } from "./criu/install-criu.mjs"
import { provideCriu } from "./criu/provide-criu.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { say } from "./lib/say.mjs"
import { readSettings } from "./lib/settings.mjs"

const { values } = readFlags({
  options: {
    /** Where it goes when the distribution's is of no use. Default: `tools/criu` in the data directory, where the engine finds it by itself. */
    prefix: { type: "string" },
    /** Take it from this suite of Debian (`sid`), whatever is there. */
    suite: { type: "string" },
  },
})

try {
  requireNode()
  if (process.getuid() !== 0) throw new Error("CRIU needs root, to try it as well: sudo npm run criu")
  if (values.suite !== undefined && !/^[a-z][a-z-]*$/.test(values.suite)) throw new Error(`“${values.suite}” is no suite of Debian.`)
  const own = join(readSettings().dataDirectory, "tools/criu")
  const prefix = resolve(values.prefix ?? own)
  report(await provideCriu({ prefix, suite: values.suite }), { own, prefix })
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}

function report({ path, version, made }, { own, prefix }) {
  const done = {
    nothing: "works on this kernel. Nothing was changed.",
    package: "works on this kernel; it is the distribution's package.",
    prefix: `works on this kernel. To undo it: rm -r ${prefix}`,
  }
  say.done(`CRIU ${version} at ${path} ${done[made]}`)
  if (path === criuIn(prefix) && prefix !== own) say.line(`      The console uses it when it is started with PLIMSOLL_CRIU=${path}`)
  else if (made !== "nothing") say.line("      The console uses it from its next start on.")
}
