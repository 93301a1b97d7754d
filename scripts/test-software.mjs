// npm run test:software: PostgreSQL, Redis and nginx from Debian's packages, through a registry, used with their own clients.
import { debianMirror } from "./lib/debian-mirror.mjs"
import { runSuite } from "./lib/run-suite.mjs"

await runSuite({
  title: "Real software in real images",
  purposes: ["software"],
  args: ["--project", "software"],
  environment: () => {
    const mirror = process.env.PLIMSOLL_DEBIAN_MIRROR ?? debianMirror()
    return mirror === undefined ? {} : { PLIMSOLL_DEBIAN_MIRROR: mirror }
  },
})
