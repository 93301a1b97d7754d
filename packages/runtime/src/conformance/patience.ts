/** How many times slower this machine is than those that the suites' waits are made for; npm run test:v2 says so of a machine that it emulates. */
const slowness = Math.max(1, Number(process.env.PLIMSOLL_TEST_SLOWNESS) || 1)

/** So long a wait, in milliseconds, on a machine that is slow. For how long something is waited for, never for what it may take. */
export function patience(ms: number): number {
  return ms * slowness
}
