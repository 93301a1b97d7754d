import { type APIRequest, type APIRequestContext, expect } from "@playwright/test"
import type { Product } from "./product.js"

/** A client that is signed in as the operator; its requests come from the console's own origin. */
export async function signedInRequest(
  playwright: APIRequest,
  product: Pick<Product, "url" | "username" | "password">,
): Promise<APIRequestContext> {
  const request = await playwright.newContext({ baseURL: product.url, extraHTTPHeaders: { origin: product.url } })
  const answer = await request.post("/api/auth/sign-in/username", { data: { username: product.username, password: product.password } })
  expect(answer.status(), await answer.text()).toBe(200)
  return request
}

/** Calls a procedure as the console does and expects it to succeed. */
export async function callAs<Result>(
  request: APIRequestContext,
  procedure: string,
  input: unknown,
  kind: "mutation" | "query" = "mutation",
): Promise<Result> {
  const answer =
    kind === "query"
      ? await request.get(`/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`)
      : await request.post(`/trpc/${procedure}`, { data: input })
  const text = await answer.text()
  expect(answer.status(), text).toBe(200)
  return (JSON.parse(text) as { result: { data: Result } }).result.data
}
