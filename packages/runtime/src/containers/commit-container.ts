import type { ContainerApi, ImageSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import { parseReference } from "../spec/reference.js"
import type { ContainerRecord } from "./container-record.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/**
 * See `ContainerApi.commit`; to be called in the container's queue. The freeze while the layer is read is not a `paused`
 * state: should the daemon die meanwhile, the next start thaws what its document calls running.
 */
export async function commitContainer(
  context: LifecycleContext,
  id: string,
  options: NonNullable<Parameters<ContainerApi["commit"]>[1]>,
): Promise<ImageSummary> {
  if (options.reference !== undefined) parseReference(options.reference)
  const record = context.containers.find(id)
  if (record.state.status === "dead") throw new EngineError("conflict", { facts: { id }, publicMessage: record.state.error })
  const { reference, author, comment, config } = options
  const freeze = record.state.status === "running" && options.pause !== false
  // A check that froze with the container would be told as failed.
  if (freeze) context.health.suspend(id)
  try {
    if (freeze) await context.groups.of(record).freeze()
    const image = await context.images.addLayer({
      base: record.image.id,
      layerTar: await context.snapshots.exportChanges(record.id),
      createdBy: [...record.resolved.entrypoint, ...record.resolved.command].join(" "),
      ...(reference === undefined ? {} : { reference }),
      ...(author === undefined ? {} : { author }),
      ...(comment === undefined ? {} : { comment }),
      ...(config === undefined ? {} : { config }),
    })
    await context.containers.update(record.id, (current) => ({
      record: current,
      events: [{ action: "commit", attributes: { imageId: image.id, ...(reference === undefined ? {} : { reference }) } }],
    }))
    return image
  } finally {
    if (freeze) await letGoOn(context, record)
  }
}

async function letGoOn(context: LifecycleContext, record: ContainerRecord): Promise<void> {
  try {
    await context.groups.of(record).thaw()
  } finally {
    context.health.resume(record.id)
  }
}
