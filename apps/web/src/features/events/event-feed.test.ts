import type { EventRecord } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { type EventFeed, FEED_LIMIT, withNewEvent, withOlderEvents } from "./event-feed"

const event = (cursor: number): EventRecord => ({
  cursor,
  at: cursor,
  kind: "container",
  action: "start",
  id: "a",
  name: "a",
  host: "local",
  tenant: "operator",
  attributes: {},
  audit: null,
})
const feed = (...cursors: number[]): EventFeed => ({ items: cursors.map(event), unseen: 0 })
const cursors = (each: EventFeed) => each.items.map((item) => item.cursor)

test("what comes again after a reconnect is shown once", () => {
  const once = withNewEvent(feed(3, 2, 1), event(4), true)
  expect(cursors(withNewEvent(once, event(4), true))).toEqual([4, 3, 2, 1])
  expect(cursors(withNewEvent(once, event(2), true))).toEqual([4, 3, 2, 1])
})

test("what comes late finds its place", () => expect(cursors(withNewEvent(feed(5, 3), event(4), true))).toEqual([5, 4, 3]))

test("new ones are counted only while one reads further down", () => {
  expect(withNewEvent(feed(1), event(2), true).unseen).toBe(0)
  expect(withNewEvent(withNewEvent(feed(1), event(2), false), event(3), false).unseen).toBe(2)
})

test("a page of older ones may overlap with what is known", () =>
  expect(cursors(withOlderEvents(feed(5, 4), [event(4), event(3)]))).toEqual([5, 4, 3]))

test("memory is bounded", () => {
  let full = feed(...Array.from({ length: FEED_LIMIT }, (_, index) => FEED_LIMIT - index))
  full = withNewEvent(full, event(FEED_LIMIT + 1), true)
  expect(full.items).toHaveLength(FEED_LIMIT)
  expect(full.items[0]?.cursor).toBe(FEED_LIMIT + 1)
})
