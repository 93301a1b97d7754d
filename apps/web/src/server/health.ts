import { request } from "node:http"

export interface Health {
  status: "ok" | "unavailable"
  [detail: string]: unknown
}

/** Asks the server how it is. Its own words when it answers; when it does not, that it is missing. Never rejects. */
export function askHealth(socketPath: string, timeoutMs = 3000): Promise<Health> {
  return new Promise((resolve) => {
    const away = (reason: string): void => resolve({ status: "unavailable", missing: [{ name: "server", reason }] })
    const asked = request({ socketPath, path: "/healthz", headers: { host: "localhost" }, timeout: timeoutMs }, (answer) => {
      let text = ""
      answer.setEncoding("utf8")
      answer.on("data", (chunk: string) => {
        text += chunk
      })
      answer.on("error", (error) => away(error.message))
      answer.on("end", () => resolve(parseHealth(answer.statusCode ?? 0, text)))
    })
    asked.on("timeout", () => asked.destroy(new Error(`the server did not answer within ${timeoutMs} ms`)))
    asked.on("error", (error) => away(error.message))
    asked.end()
  })
}

function parseHealth(statusCode: number, text: string): Health {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === "object" && body !== null) return { ...body, status: statusCode === 200 ? "ok" : "unavailable" }
  } catch {
    // Falls through: an answer that is not JSON is no good health either.
  }
  return { status: "unavailable", missing: [{ name: "server", reason: `It answered with status ${statusCode}.` }] }
}
