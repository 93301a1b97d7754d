/** What tests download or build once and keep. */
export const testCache = process.env.PLIMSOLL_TEST_CACHE || "/var/cache/plimsoll-test"
