import type { ContainerRow } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { findContainers } from "./find-containers"

const row = (id: string, name: string, host: string) => ({ id: id.padEnd(64, "0"), name, host }) as ContainerRow
const all = [
  row("aaaa1", "web", "local"),
  row("aaaa2", "web", "k3"),
  row("bbbb", "cache", "k3"),
  row("cccc", "cache", "k4"),
  row("dddd", "db", "k4"),
]
const known = { rows: all, byId: new Map(all.map((each) => [each.id, each])) }
const find = (address: string) => findContainers(known, address).map(({ id }) => id.replace(/0+$/, ""))

test("a name means this machine's container first, and otherwise the only one that has it", () => {
  expect(find("web")).toEqual(["aaaa1"])
  expect(find("db")).toEqual(["dddd"])
})

test("a name that only other hosts have, several times, names all of them", () => expect(find("cache")).toEqual(["bbbb", "cccc"]))

test("an id and its beginning name one container whatever its host; a beginning of several names none alone", () => {
  expect(find("aaaa2".padEnd(64, "0"))).toEqual(["aaaa2"])
  expect(find("aaaa2")).toEqual(["aaaa2"])
  expect(find("aaaa")).toEqual(["aaaa1", "aaaa2"])
  expect(find("aaa")).toEqual([])
})
