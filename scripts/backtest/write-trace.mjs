import { writeFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { matricesBeside } from "./read-trace.mjs"

/** Writes header and matrices beside each other; returns both paths. */
export function writeTrace(path, { header, matrices }) {
  if (!path.endsWith(".json")) throw new Error(`A trace is named by its header, a file that ends in .json, not “${path}”.`)
  const beside = matricesBeside(path)
  writeFileSync(beside, gzipSync(matrices))
  writeFileSync(path, `${JSON.stringify(header)}\n`)
  return [path, beside]
}
