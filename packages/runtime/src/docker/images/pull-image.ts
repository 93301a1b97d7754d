import type { ImageApi, ImageSummary } from "../../engine.js"
import { EngineError } from "../../errors.js"
import { formatReference, parseReference, repositoryOf } from "../../spec/reference.js"
import type { DockerContext } from "../docker-context.js"
import { readProgress } from "../streams/progress.js"
import { registryAuth } from "./registry-auth.js"
import { TransferPicture } from "./transfer-picture.js"

type PullOptions = NonNullable<Parameters<ImageApi["pull"]>[1]>

/** Has the daemon get an image; giving up closes the request, upon which the daemon gives up too. See `ImageApi.pull`. */
export async function pullImage(context: DockerContext, text: string, options: PullOptions = {}): Promise<ImageSummary> {
  const { client, images } = context
  const { credentials, onProgress, platform, signal } = options
  const reference = parseReference(text)
  const repository = repositoryOf(reference)
  const about = { kind: "image", name: text, doing: "pull it", registry: reference.domain } as const
  const picture = new TransferPicture({ reference: formatReference(reference), onProgress, topFirst: false })
  const answer = await client.stream({
    method: "POST",
    path: "/images/create",
    query: { fromImage: repository, tag: reference.digest ?? reference.tag, platform },
    headers: registryAuth(reference.domain, credentials),
    about,
    ...(signal === undefined ? {} : { signal }),
  })
  await readProgress(answer, { about, endpoint: client.endpoint, signal, onLine: (line) => picture.take(line) })
  picture.finish()
  const pulled = await images.summary(reference.digest === undefined ? formatReference(reference) : `${repository}@${reference.digest}`)
  if (platform !== undefined && !isFor(pulled.platform, platform)) throw notFor(text, { wanted: platform, has: pulled.platform })
  return pulled
}

/** Of an image for one platform only Docker takes that one, whatever was asked for. */
function isFor(has: string, wanted: string): boolean {
  const [os, architecture] = wanted.split("/")
  return has === `${os}/${architecture}` || has.startsWith(`${os}/${architecture}/`)
}

function notFor(reference: string, { wanted, has }: { wanted: string; has: string }): EngineError {
  return new EngineError("unsupported", {
    facts: { reference, wanted, has },
    publicMessage: `The image is not made for ${wanted}; it has ${has}, which Docker has kept under this name.`,
  })
}
