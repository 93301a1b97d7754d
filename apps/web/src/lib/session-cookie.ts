/**
 * True when the browser shows a session's cookie, under whatever prefix this instance has. Whether the session still holds, the server says: without
 * a cookie there is surely none.
 */
export function showsSession(cookieNames: readonly string[]): boolean {
  return cookieNames.some((name) => name.endsWith(".session_token"))
}
