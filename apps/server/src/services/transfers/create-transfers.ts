import { randomUUID } from "node:crypto"
import {
  type ContainerEngine,
  EngineError,
  isEngineError,
  normaliseReference,
  parseReference,
  type TransferOptions,
} from "@plimsoll/runtime"
import type { EngineErrorData } from "../../contract/error.js"
import type { Transfer } from "../../contract/transfers.js"
import type { Admission } from "../admission/admission.js"
import { engineErrorData } from "../engine-error-data.js"
import { every } from "../every.js"
import type { Hosts } from "../hosts/hosts.js"
import type { Registries } from "../registries/registries.js"
import { checkNewContainer } from "./check-new-container.js"
import { requireFeature } from "./require-feature.js"
import { resolvePush } from "./resolve-push.js"
import { TransferBook } from "./transfer-book.js"
import type { Transfers } from "./transfers.js"
import { Turns } from "./turns.js"

const AT_ONCE_PER_HOST = 3
const FORGET_EVERY_MS = 60_000

export interface RunningTransfers extends Transfers {
  /** Aborts what runs and resolves when it has tidied up. */
  close(): Promise<void>
}

export interface TransfersOptions {
  hosts: Pick<Hosts, "engineOf">
  registries: Pick<Registries, "credentialsFor">
  admission: Pick<Admission, "ask">
  report: (error: unknown, doing: string) => void
  now: () => number
  monotonic?: () => number
}

/** What its work learns of the transfer, and what it may say of it. */
interface Work {
  signal: AbortSignal
  /** Waits for a turn on the host, then transfers with the credentials that are kept for the registry of `reference`. */
  inTurn<T>(reference: string, transfer: (options: TransferOptions) => Promise<T>): Promise<T>
  update(change: Partial<Transfer>): void
}

interface Running {
  /** What the same request would have. */
  key: string
  controller: AbortController
  ended: Promise<void>
}

type Beginning = Pick<Transfer, "kind" | "host" | "reference" | "container">

export function createTransfers(options: TransfersOptions): RunningTransfers {
  const { hosts, registries, admission, now, monotonic = () => performance.now() } = options
  const book = new TransferBook({ now, monotonic })
  const turns = new Turns(AT_ONCE_PER_HOST)
  const running = new Map<string, Running>()
  let closed = false
  const stopForgetting = every(
    FORGET_EVERY_MS,
    async () => book.forgetOld(),
    (error) => options.report(error, "forget transfers"),
  )

  /** The id of the running transfer with this key, or of a new one. */
  function join(key: string, beginning: Beginning, work: (work: Work) => Promise<void>): { id: string } {
    for (const [id, { key: other, controller }] of running) if (other === key && !controller.signal.aborted) return { id }
    return begin(key, beginning, work)
  }

  function begin(key: string, beginning: Beginning, work: (work: Work) => Promise<void>): { id: string } {
    if (closed) throw new EngineError("engine_unavailable", { publicMessage: "The server is stopping. Try again when it is back." })
    const id = randomUUID()
    const controller = new AbortController()
    const { signal } = controller
    book.put({
      ...beginning,
      id,
      status: "running",
      startedAt: now(),
      endedAt: null,
      progress: null,
      imageId: null,
      digest: null,
      error: null,
    })
    const update = (change: Partial<Transfer>) => {
      const transfer = book.get(id)
      if (transfer !== undefined) book.put({ ...transfer, ...change })
    }
    const inTurn: Work["inTurn"] = async (reference, transfer) => {
      const endTurn = await turns.take(beginning.host, signal)
      try {
        const credentials = await registries.credentialsFor(parseReference(reference).domain)
        return await transfer({ signal, onProgress: (progress) => update({ progress }), ...(credentials && { credentials }) })
      } finally {
        endTurn()
      }
    }
    const end = (change: Partial<Transfer>) => {
      running.delete(id)
      update({ endedAt: now(), ...change })
    }
    const ended = work({ signal, inTurn, update }).then(
      () => end({ status: "done" }),
      (error: unknown) => {
        // A container that is there already is not undone by a cancellation: what failed with it is told.
        const cancelled = signal.aborted && (book.get(id)?.container?.id ?? null) === null
        end(cancelled ? { status: "cancelled" } : { status: "failed", error: describe(error, id) })
      },
    )
    running.set(id, { key, controller, ended })
    return { id }
  }

  function describe(error: unknown, id: string): EngineErrorData {
    if (isEngineError(error)) return engineErrorData(error)
    options.report(error, `finish transfer ${id}`)
    const publicMessage = `Something went wrong on the server. Its log has it under transfer ${id}.`
    return { code: "internal", publicMessage, facts: { transfer: id } }
  }

  const namesToCome = (host: string) =>
    [...running.keys()].flatMap((id) => {
      const transfer = book.get(id)
      return transfer?.host === host && transfer.container?.id === null ? (transfer.container.name ?? []) : []
    })

  return {
    async pull({ host, reference: text, platform }) {
      const reference = normaliseReference(text)
      const engine = hosts.engineOf(host)
      await requireFeature(engine, "image-pull")
      return join(JSON.stringify(["pull", host, reference, platform]), { kind: "pull", host, reference, container: null }, async (work) => {
        const image = await pullImage(engine, work, { reference, ...(platform !== undefined && { platform }) })
        work.update({ imageId: image.id, digest: image.digest })
      })
    },

    async push({ host, reference: text, to }) {
      const engine = hosts.engineOf(host)
      await requireFeature(engine, "image-push")
      const target = await resolvePush(engine.images, { reference: text, to })
      return join(
        JSON.stringify(["push", host, text, target]),
        { kind: "push", host, reference: target, container: null },
        async (work) => {
          const { digest } = await work.inTurn(target, (transfer) => engine.images.push(text, { ...transfer, to: target }))
          work.update({ digest })
        },
      )
    },

    async pullAndCreate({ host, spec, start }) {
      const engine = hosts.engineOf(host)
      const found = await checkNewContainer(engine, spec)
      // Nothing is pulled for a container that would be refused. No place is held through the pull, which may take an hour: `create` asks again.
      await admission.ask(engine, spec)
      if (spec.name !== undefined && namesToCome(host).includes(spec.name))
        throw new EngineError("name_in_use", {
          facts: { name: spec.name },
          publicMessage: `A container “${spec.name}” is being created already. Choose another name, or cancel that first.`,
        })
      const reference = found === undefined ? normaliseReference(spec.image) : (found.name ?? found.image.id)
      const container = { name: spec.name ?? null, id: null }
      return begin(randomUUID(), { kind: "pull", host, reference, container }, async (work) => {
        const image = found?.image ?? (await pullImage(engine, work, { reference }))
        work.update({ imageId: image.id, digest: image.digest })
        work.signal.throwIfAborted()
        const { id, name } = await engine.containers.create(spec)
        if (work.signal.aborted) {
          await engine.containers.remove(id, { force: true, removeVolumes: true })
          throw new EngineError("aborted")
        }
        work.update({ container: { name, id } })
        if (start) await engine.containers.start(id)
      })
    },

    cancel(id) {
      if (book.get(id) === undefined)
        throw new EngineError("not_found", { facts: { id }, publicMessage: "There is no such transfer any more: it ended a while ago." })
      running.get(id)?.controller.abort()
    },

    follow: (signal) => book.follow(signal),

    async close() {
      closed = true
      stopForgetting()
      for (const { controller } of running.values()) controller.abort()
      await Promise.all([...running.values()].map(({ ended }) => ended))
      book.close()
    },
  }
}

function pullImage(engine: ContainerEngine, work: Work, { reference, platform }: { reference: string; platform?: string }) {
  return work.inTurn(reference, (transfer) => engine.images.pull(reference, { ...transfer, ...(platform !== undefined && { platform }) }))
}
