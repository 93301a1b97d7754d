/**
 * The contract between server and web: inputs (zod), outputs (types), bounds and the shape of errors. Safe in a browser:
 * it depends on zod alone.
 */
export * from "./bounds.js"
export * from "./container-spec.js"
export * from "./containers.js"
export type * from "./engine-types.js"
export type * from "./error.js"
export * from "./events.js"
export type * from "./host.js"
export * from "./hosts.js"
export * from "./images.js"
export * from "./logs.js"
export * from "./metrics.js"
export * from "./own-host.js"
export * from "./primitives.js"
export * from "./registries.js"
export * from "./resource-limits.js"
export * from "./session.js"
export * from "./terminal.js"
export * from "./transfers.js"
export * from "./volumes.js"
