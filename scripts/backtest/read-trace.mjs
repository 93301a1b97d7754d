import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

/**
 * Reads a trace: the header, and the matrices from the `.u16.gz` of the same name beside it. What is missing, cut off or
 * damaged is said with the file's name.
 */
export function readTrace(path, parseTraceHeader) {
  if (!path.endsWith(".json")) throw new Error(`A trace is named by its header, a file that ends in .json, not “${path}”.`)
  const header = within(path, () => parseTraceHeader(read(path).toString("utf8")))
  const matricesPath = matricesBeside(path)
  const matrices = within(matricesPath, () => unpack(read(matricesPath)))
  return { header, matrices }
}

/** Where the matrices of a header lie. */
export function matricesBeside(path) {
  return path.replace(/\.json$/, ".u16.gz")
}

function read(path) {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error.code === "ENOENT") throw new Error("There is no such file.")
    throw error
  }
}

function unpack(packed) {
  try {
    return gunzipSync(packed)
  } catch (error) {
    const cut = error.code === "Z_BUF_ERROR"
    throw new Error(
      cut ? "The file is cut off: its compressed data ends too early." : `The file is not sound gzip data (${error.message}).`,
    )
  }
}

function within(path, step) {
  try {
    return step()
  } catch (error) {
    throw new Error(`${path}: ${error.message}`, { cause: error })
  }
}
