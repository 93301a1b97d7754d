import type { ImageApi } from "../../engine.js"
import { EngineError, isEngineError } from "../../errors.js"
import { familiarReference, formatReference, type ImageReference, parseReference, repositoryOf } from "../../spec/reference.js"
import type { DockerContext } from "../docker-context.js"
import { type ProgressLine, readProgress } from "../streams/progress.js"
import type { WireImage } from "../wire.js"
import { imageId, imageName, imagePath, isImageId } from "./image-facts.js"
import { registryAuth } from "./registry-auth.js"
import { TransferPicture } from "./transfer-picture.js"

type PushOptions = NonNullable<Parameters<ImageApi["push"]>[1]>

/** Has the daemon send an image. See `ImageApi.push`. */
export async function pushImage(context: DockerContext, text: string, options: PushOptions = {}): Promise<{ digest: string }> {
  const image = await context.images.require(text)
  const target = pushTarget(text, options.to)
  // Who else pushes to this name waits: what it names meanwhile is this image.
  return context.pushes.run(formatReference(target), () =>
    whileNamed(context, { image, target }, async () => ({ digest: await send(context, target, options) })),
  )
}

function pushTarget(text: string, to: string | undefined): ImageReference {
  if (to === undefined && isImageId(text))
    throw new EngineError("invalid_argument", {
      publicMessage: "Say where to push the image, for example registry.example.com/team/app:1.2: it was named by its id.",
    })
  const target = parseReference(to ?? text)
  if (target.digest === undefined) return target
  throw new EngineError("invalid_reference", {
    facts: { reference: (to ?? text).slice(0, 200) },
    publicMessage: `An image is pushed under a tag, not under a digest: for example ${familiarReference({ domain: target.domain, path: target.path, tag: "latest" })}.`,
  })
}

/**
 * Docker pushes what has the target's name, so that the image gets it; afterwards the name is what it was before. An image without any other keeps it,
 * since Docker removes an image with its last name.
 */
async function whileNamed<T>(
  context: DockerContext,
  { image, target }: { image: WireImage; target: ImageReference },
  work: () => Promise<T>,
): Promise<T> {
  const name = formatReference(target)
  const before = await idOf(context, name)
  if (before === imageId(image.Id)) return work()
  await giveName(context, image.Id, target)
  try {
    return await work()
  } finally {
    if (before !== undefined) await giveName(context, before, target)
    else if ((image.RepoTags ?? []).some((tag) => !tag.includes("<none>"))) await takeName(context, name)
  }
}

async function idOf({ images }: DockerContext, name: string): Promise<string | undefined> {
  try {
    return imageId((await images.require(name)).Id)
  } catch (error) {
    if (isEngineError(error, "image_not_found")) return undefined
    throw error
  }
}

async function giveName({ client }: DockerContext, id: string, target: ImageReference): Promise<void> {
  await client.json({
    method: "POST",
    path: `/images/${imagePath(id)}/tag`,
    query: { repo: repositoryOf(target), tag: target.tag },
    about: { kind: "image", name: id, doing: "give it the name to push" },
  })
}

async function takeName({ client }: DockerContext, name: string): Promise<void> {
  await client.json({
    method: "DELETE",
    path: `/images/${imagePath(imageName(name))}`,
    query: { noprune: true },
    about: { kind: "image", name, doing: "take back the name that it had for the push" },
  })
}

/** Resolves with the manifest's digest. */
async function send({ client }: DockerContext, target: ImageReference, { credentials, onProgress, signal }: PushOptions): Promise<string> {
  const reference = formatReference(target)
  const about = { kind: "image", name: reference, doing: "push it", registry: target.domain } as const
  const picture = new TransferPicture({ reference, onProgress, topFirst: true })
  const answer = await client.stream({
    method: "POST",
    path: `/images/${imagePath(repositoryOf(target))}/push`,
    query: { tag: target.tag },
    headers: registryAuth(target.domain, credentials),
    about,
    ...(signal === undefined ? {} : { signal }),
  })
  let digest: string | undefined
  const onLine = (line: ProgressLine): void => {
    digest = digestIn(line) ?? digest
    picture.take(line)
  }
  await readProgress(answer, { about, endpoint: client.endpoint, signal, onLine })
  picture.finish()
  if (digest !== undefined) return digest
  throw new EngineError("runtime_failed", {
    facts: { reference },
    publicMessage: `${reference} was pushed, but Docker does not say with which digest.`,
  })
}

/** Podman says it in words only. */
function digestIn({ aux, status = "" }: ProgressLine): string | undefined {
  return typeof aux?.Digest === "string" ? aux.Digest : /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(status)?.[1]
}
