import { existsSync, readFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"

/**
 * Calls procedures of the running server as the operator, over its socket and with the token that it leaves in the run directory for
 * root alone: `await client.mutate("containers.start", { id })`. Throws in plain words when no server runs, and with the server's
 * public message, the engine's error code and its facts when it refuses.
 */
export function openOperatorClient({ runDirectory }) {
  const tokenPath = join(runDirectory, "operator.token")
  if (!existsSync(tokenPath)) throw new Error(`No server runs with ${runDirectory}. Start the console first: npm start`)
  const token = readFileSync(tokenPath, "utf8").trim()
  const call = async (method, path, input) => {
    const { status, body } = await send({ socketPath: join(runDirectory, "server.sock"), method, path, token, input })
    const answer = JSON.parse(body)
    if (status === 200) return answer.result.data
    const refusal = new Error(answer.error?.data?.engine?.publicMessage ?? answer.error?.message ?? body)
    refusal.code = answer.error?.data?.engine?.code
    refusal.facts = answer.error?.data?.engine?.facts
    throw refusal
  }
  return {
    query: (procedure, input) =>
      call("GET", `/trpc/${procedure}${input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`}`),
    mutate: (procedure, input) => call("POST", `/trpc/${procedure}`, input ?? {}),
  }
}

function send({ socketPath, method, path, token, input }) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, host: "localhost", ...(input ? { "content-type": "application/json" } : {}) }
    const outgoing = request({ socketPath, method, path, headers }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk) => {
        body += chunk
      })
      response.on("end", () => resolve({ status: response.statusCode, body }))
    })
    outgoing.on("error", (error) =>
      reject(
        ["ECONNREFUSED", "ENOENT"].includes(error.code)
          ? new Error(`No server answers at ${socketPath}. Start the console first: npm start`)
          : error,
      ),
    )
    outgoing.end(input ? JSON.stringify(input) : undefined)
  })
}
