import { EngineError } from "../errors.js"
import { quoted } from "../spec/check.js"
import type { ResolvedUser } from "./container-record.js"

interface PasswdEntry {
  name: string
  uid: number
  gid: number
  home: string
}

const MAXIMUM_ID = 65_535

/**
 * `user`, `user:group`, `uid`, `uid:gid` or nothing (root) against the text of the container's own passwd and group files
 * (absent: undefined). Numbers need no entry. Supplementary groups are those that list the user, unless a group was named.
 * Throws `invalid_argument` for names that are not there.
 */
export function resolveUser(user: string, files: { passwd: string | undefined; group: string | undefined }): ResolvedUser {
  const [userPart = "", groupPart] = user.split(":")
  const entries = parsePasswd(files.passwd ?? "")
  const groups = parseGroups(files.group ?? "")
  const wanted = userPart === "" ? "0" : userPart
  const entry = entries.find((candidate) => candidate.name === wanted) ?? entries.find((candidate) => String(candidate.uid) === wanted)
  const uid = entry?.uid ?? numericId("user", wanted, "/etc/passwd")
  const home = entry?.home ?? "/"
  if (groupPart !== undefined && groupPart !== "") {
    const gid = groups.find((group) => group.name === groupPart)?.gid ?? numericId("group", groupPart, "/etc/group")
    return { uid, gid, additionalGids: [], home }
  }
  const gid = entry?.gid ?? 0
  const additional =
    entry === undefined ? [] : groups.filter((group) => group.members.includes(entry.name) && group.gid !== gid).map((group) => group.gid)
  return { uid, gid, additionalGids: [...new Set(additional)], home }
}

function numericId(kind: "user" | "group", text: string, file: string): number {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : undefined
  if (id !== undefined && id <= MAXIMUM_ID) return id
  throw new EngineError("invalid_argument", {
    facts: { [kind]: text.slice(0, 64) },
    publicMessage:
      id === undefined
        ? `The ${kind} ${quoted(text)} is not in the container's ${file}. Use a name that is there, or a number.`
        : `The ${kind} id ${text} is too large: ids from 0 to ${MAXIMUM_ID} are mapped into the container.`,
  })
}

function parsePasswd(text: string): PasswdEntry[] {
  return records(text).flatMap(([name, , uid, gid, , home]) => {
    const entry = { name: name ?? "", uid: Number(uid), gid: Number(gid), home: home === undefined || home === "" ? "/" : home }
    return isId(entry.uid) && isId(entry.gid) ? [entry] : []
  })
}

function parseGroups(text: string): { name: string; gid: number; members: string[] }[] {
  return records(text).flatMap(([name, , gid, members]) =>
    isId(Number(gid)) ? [{ name: name ?? "", gid: Number(gid), members: (members ?? "").split(",") }] : [],
  )
}

// The files are the image's: anything may be in them.
function records(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 4)
}

function isId(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= MAXIMUM_ID
}
