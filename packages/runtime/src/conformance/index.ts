/** The suite that every engine must pass, and what tests of what stands on an engine use too: registries, an image, programs of one system call. Needs vitest. */
export { type DockerRegistry, startDockerRegistry } from "./docker-registry.js"
export { engineConformance } from "./engine-conformance.js"
export type { EngineUnderTest, MakeEngine } from "./harness.js"
export { type LoopbackRegistry, startLoopbackRegistry } from "./loopback-registry.js"
export { patience } from "./patience.js"
export { datagramsProgram, hoardingProgram, syscallProgram } from "./syscall-program.js"
export { makeTar, readAll, streamOf, type TarFile, testImageConfig, testRootfs } from "./test-image.js"
export { makeTestSwap } from "./test-swap.js"
