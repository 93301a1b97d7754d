import type { HttpErrorBody } from "@plimsoll/server/contract"
import { HttpStreamError } from "@/lib/errors"

/** A request to `/api/…`; rejects with the server's own words when it was refused. */
export async function requestStream(address: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, init)
  if (!response.ok) throw new HttpStreamError(response.status, await errorBody(response))
  return response
}

/** Undefined words (a proxy's page, a cut answer) leave only the status to be told. */
async function errorBody(response: Response): Promise<HttpErrorBody | null> {
  const type = response.headers.get("content-type") ?? ""
  return type.includes("application/json") ? ((await response.json()) as HttpErrorBody) : null
}
