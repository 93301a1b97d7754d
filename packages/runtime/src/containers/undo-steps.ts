import { errnoOf } from "../errors.js"
import { toEngineError } from "../kernel/system-call-error.js"
import type { DiagnosticSink } from "./engine-context.js"
import { withDeadline } from "./with-deadline.js"

/** One named step of a long operation. `undo` takes back what `run` did; it must tolerate that only a part of it happened. */
export interface Step<T> {
  name: string
  deadlineMs: number
  run(): Promise<T>
  undo?(): Promise<void>
}

/** Runs steps and remembers how to take them back. */
export interface StepRunner {
  step<T>(step: Step<T>): Promise<T>
}

/**
 * An operation as a list of named steps: when one fails, those before it (and it itself, as far as it came) are undone
 * in reverse order, then the first error is thrown. Undoing has deadlines of its own, which no caller's abort cuts; what
 * fails while undoing is reported and left to reconciliation.
 */
export async function withUndo<T>(report: DiagnosticSink, operation: (runner: StepRunner) => Promise<T>): Promise<T> {
  const done: Step<unknown>[] = []
  const runner: StepRunner = {
    step: (step) => {
      done.push(step)
      return withDeadline(step.name, step.deadlineMs, () => runStep(step))
    },
  }
  try {
    return await operation(runner)
  } catch (error) {
    for (const step of done.reverse()) await undo(step, report)
    throw error
  }
}

// An error of the system (no space, no descriptor left) becomes one of the engine's, with the step's name.
async function runStep<T>(step: Step<T>): Promise<T> {
  try {
    return await step.run()
  } catch (error) {
    throw errnoOf(error) === undefined ? error : toEngineError(error, "internal", { step: step.name })
  }
}

/** Waits until all have settled, so that nothing is under way when undoing begins; then throws the first error, or returns the results. */
export async function together<T extends readonly unknown[]>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const outcomes = await Promise.allSettled(work)
  const failed = outcomes.find((outcome) => outcome.status === "rejected")
  if (failed !== undefined) throw failed.reason
  return Promise.all(work) as unknown as Promise<T>
}

async function undo(step: Step<unknown>, report: DiagnosticSink): Promise<void> {
  if (step.undo === undefined) return
  try {
    await withDeadline(`undo ${step.name}`, step.deadlineMs, () => step.undo?.() ?? Promise.resolve())
  } catch (error) {
    report.error("undoing a step failed; it is left to the next reconciliation", { step: step.name, error })
  }
}
