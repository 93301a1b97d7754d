/**
 * The load line's computations, open to the project's own commands: pure, no engine, no database, no clock.
 * `docs/reference/backtest.md` says what each figure means.
 */
export { generateTrace } from "./backtest/generate-trace.js"
export { policyFor, policyNames } from "./backtest/policies.js"
export { replay } from "./backtest/replay.js"
export { summarize } from "./backtest/summarize.js"
export { parseTraceHeader, traceOf, traceResources } from "./backtest/trace.js"
export { seededRandom } from "./seeded-random.js"
export { findNappers } from "./what-if/find-nappers.js"
export { replayWhatIf } from "./what-if/replay-what-if.js"
export { saleCourses } from "./what-if/sale-courses.js"
