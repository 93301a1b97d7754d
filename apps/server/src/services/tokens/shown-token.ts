export const TOKEN_PREFIX = "plt_"

/**
 * The API token that a request shows, good or not. Any other `Authorization` is somebody else's affair: a proxy before the console may pass on the one
 * that was meant for itself.
 */
export function shownToken(headers: Headers): string | undefined {
  return /^Bearer (plt_\S*)$/i.exec(headers.get("authorization") ?? "")?.[1]
}
