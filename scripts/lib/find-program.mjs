import { accessSync, constants, statSync } from "node:fs"
import { isAbsolute, join } from "node:path"

const SYSTEM_DIRECTORIES = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
  "/usr/libexec/podman",
  "/usr/lib/podman",
]

/** Absolute path of a program, or undefined. A name that is a path already is only looked at. */
export function findProgram(name, path = process.env.PATH ?? "") {
  if (isAbsolute(name)) return isProgram(name) ? name : undefined
  return [...path.split(":").filter(Boolean), ...SYSTEM_DIRECTORIES].map((directory) => join(directory, name)).find(isProgram)
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(error.code)) return false
    throw error
  }
}
