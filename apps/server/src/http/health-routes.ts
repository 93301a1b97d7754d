import type { FastifyInstance } from "fastify"

export interface HealthDependencies {
  pingDatabase: () => Promise<void>
  engineStatus: () => Promise<{ status: "available" | "unavailable"; reason?: string }>
  draining: () => boolean
}

interface Missing {
  name: "server" | "database" | "engine"
  reason: string
}

/**
 * `/healthz`: 200 `{"status":"ok"}` once server, database and engine answer, else 503 with what is missing.
 * `/readyz`: the same without the engine: the console can be used, if only to see why the engine cannot.
 */
export function healthRoutes(app: FastifyInstance, deps: HealthDependencies): void {
  const common = async (): Promise<Missing[]> => [
    ...(deps.draining() ? [{ name: "server" as const, reason: "It is stopping." }] : []),
    ...(await missing("database", deps.pingDatabase)),
  ]
  const engine = () =>
    missing("engine", async () => {
      const info = await deps.engineStatus()
      if (info.status === "unavailable") throw new Error(info.reason ?? "It is not available.")
    })
  app.get("/readyz", { config: { rateLimit: false } }, async (_, reply) => answer(reply, await common()))
  app.get("/healthz", { config: { rateLimit: false } }, async (_, reply) => answer(reply, [...(await common()), ...(await engine())]))
}

async function missing(name: Missing["name"], check: () => Promise<unknown>): Promise<Missing[]> {
  try {
    await check()
    return []
  } catch (error) {
    return [{ name, reason: error instanceof Error ? error.message : String(error) }]
  }
}

function answer(reply: { status(code: number): { send(body: unknown): unknown } }, problems: Missing[]): unknown {
  return problems.length === 0
    ? reply.status(200).send({ status: "ok" })
    : reply.status(503).send({ status: "unavailable", missing: problems })
}
