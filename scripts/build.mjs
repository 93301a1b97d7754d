// npm run build: what changed since the last build.
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { say } from "./lib/say.mjs"

try {
  requireNode()
  await installDependencies()
  await buildProduct()
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}
