import { localHost } from "@plimsoll/server/contract"

/** The form for a container of an image. */
export function createHref({ host, reference }: { host: string; reference: string }): string {
  return `/containers/new?${parametersOf(host, { image: reference })}`
}

/** An image as an archive. */
export function saveHref({ host, reference }: { host: string; reference: string }): string {
  return `/api/images/save?${parametersOf(host, { reference })}`
}

function parametersOf(host: string, parameters: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ ...parameters, ...(host === localHost ? {} : { host }) })
}
