import { chmod, chown, rm } from "node:fs/promises"
import { createConnection } from "node:net"
import type { FastifyInstance } from "fastify"

/** A socket's path is at most this long (unix(7): sun_path). */
const PATH_BYTES = 107

/** Rejects when a server answers on the socket already, or when its path is too long. For before anything is touched. */
export async function refuseTakenSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > PATH_BYTES) {
    throw new Error(`The socket path ${path} is longer than ${PATH_BYTES} bytes. Set a shorter PLIMSOLL_RUN_DIR.`)
  }
  if (await answers(path)) {
    throw new Error(`Another server is running on ${path}. Stop it, or set another PLIMSOLL_RUN_DIR and PLIMSOLL_DATA_DIR.`)
  }
}

/**
 * Listens on a unix socket that only its owner and the given group may use. One that a crash left behind is replaced;
 * rejects when another server answers on it.
 */
export async function listenOnSocket(app: FastifyInstance, { path, gid }: { path: string; gid: number | undefined }): Promise<void> {
  await refuseTakenSocket(path)
  await rm(path, { force: true })
  // No moment in which others could connect.
  const previous = process.umask(0o177)
  try {
    await app.listen({ path })
  } finally {
    process.umask(previous)
  }
  if (gid !== undefined) await chown(path, process.getuid?.() ?? 0, gid)
  await chmod(path, 0o660)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(path)
    connection.once("connect", () => {
      connection.destroy()
      resolve(true)
    })
    connection.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(false)
      else reject(error)
    })
  })
}
