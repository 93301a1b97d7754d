import type { EventRecord } from "@plimsoll/server/contract"

/** Events of a page in memory: newest first, each once. */
export interface EventFeed {
  items: readonly EventRecord[]
  /** Came since one last looked at the top. */
  unseen: number
}

/** So that a page left open for a week does not grow for a week. */
export const FEED_LIMIT = 5000

/** The feed with one that just came. One that is there already, as after a reconnect, changes nothing. */
export function withNewEvent(feed: EventFeed, event: EventRecord, atTop: boolean): EventFeed {
  const newest = feed.items[0]
  if (newest === undefined || event.cursor > newest.cursor) {
    return { items: [event, ...feed.items.slice(0, FEED_LIMIT - 1)], unseen: atTop ? 0 : feed.unseen + 1 }
  }
  if (feed.items.some((each) => each.cursor === event.cursor)) return feed
  const items = [...feed.items, event].sort((a, b) => b.cursor - a.cursor)
  return { items, unseen: feed.unseen }
}

/** The feed with a page of older ones at its end. */
export function withOlderEvents(feed: EventFeed, page: readonly EventRecord[]): EventFeed {
  const oldest = feed.items.at(-1)?.cursor ?? Number.POSITIVE_INFINITY
  return { items: [...feed.items, ...page.filter((event) => event.cursor < oldest)], unseen: feed.unseen }
}
