import { type ContainerEngine, EngineError, type EngineFeature } from "@plimsoll/runtime"

const what: Partial<Record<EngineFeature, string>> = {
  "image-pull": "pull images",
  "image-push": "push images",
  "image-garbage": "collect garbage",
}

/** Rejects with `unsupported` when the engine does not have it. */
export async function requireFeature(engine: ContainerEngine, feature: EngineFeature): Promise<void> {
  const { features } = await engine.info()
  if (features.includes(feature)) return
  throw new EngineError("unsupported", { facts: { feature }, publicMessage: `The engine of this host cannot ${what[feature] ?? feature}.` })
}
