import { randomBytes } from "node:crypto"
import { link, open, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "@plimsoll/runtime"

/**
 * The secret that signs session cookies, kept in the data directory for its owner only. Made once; two starts at the same
 * moment agree on one.
 */
export async function readOrMakeSecret(dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, "auth-secret")
  const kept = await readSecret(path)
  if (kept !== undefined) return kept
  const temporary = `${path}.${randomBytes(6).toString("hex")}`
  const file = await open(temporary, "wx", 0o600)
  try {
    await file.writeFile(randomBytes(32).toString("base64url"))
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(temporary, path)
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error
  } finally {
    await rm(temporary, { force: true })
  }
  return (await readSecret(path)) ?? Promise.reject(new Error(`${path} vanished while it was made.`))
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, "utf8")).trim()
    if (secret.length < 32)
      throw new Error(`${path} is damaged: it must hold at least 32 characters. Remove it to get a new one; all sign-ins end.`)
    return secret
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}
