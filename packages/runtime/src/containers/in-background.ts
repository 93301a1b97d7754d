import type { DiagnosticSink } from "./engine-context.js"

/** Starts work that nobody waits for; what fails is reported. */
export function inBackground(report: DiagnosticSink, failure: string, work: () => Promise<unknown>): void {
  const done = async (): Promise<unknown> => work()
  done().catch((error: unknown) => report.warn(failure, { error }))
}
