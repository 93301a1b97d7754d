import { expect, test } from "vitest"
import { showsSession } from "./session-cookie"

test.each(["plimsoll-1a2b.session_token", "__Secure-plimsoll-1a2b.session_token"])("%s is a session's cookie", (name) => {
  expect(showsSession(["plimsoll-locale", name])).toBe(true)
})

test.each([[[]], [["plimsoll-locale"]], [["plimsoll-1a2b.two_factor", "session_token_of_another"]]])("%j is nobody's session", (names) => {
  expect(showsSession(names)).toBe(false)
})
