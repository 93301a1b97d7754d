/** What this tab asked for, so that it can ask once more: a transfer tells neither the platform nor the image's other name. */
type PullInput = { host: string; reference: string; platform?: string }
type PushInput = { host: string; reference: string; to?: string }

const pulls = new Map<string, PullInput>()
const pushes = new Map<string, PushInput>()

export const rememberPull = (id: string, input: PullInput): void => void pulls.set(id, input)
export const rememberPush = (id: string, input: PushInput): void => void pushes.set(id, input)
export const rememberedPull = (id: string): PullInput | undefined => pulls.get(id)
export const rememberedPush = (id: string): PushInput | undefined => pushes.get(id)
