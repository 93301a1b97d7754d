/** The suite that every engine must pass, and the registries for tests of what stands on an engine. Needs vitest. */
export { type DockerRegistry, startDockerRegistry } from "./docker-registry.js"
export { engineConformance } from "./engine-conformance.js"
export type { EngineUnderTest, MakeEngine } from "./harness.js"
export { type LoopbackRegistry, startLoopbackRegistry } from "./loopback-registry.js"
