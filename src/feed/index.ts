// The feed: the live streams of this node. It owns the subscriptions and the channels that feed them. It stores nothing.
//
// Promises:
// - A subscription delivers every entry of its streams once, in seq order per stream. This holds through lost hints and restarts of the bus
//   (I3).
// - Entries that cannot be delivered are reported by ResyncRequired, never left out silently.
// - An entry that ends the viewer's access ends the stream before it is delivered (I4).
// - What waits for a slow client is bounded. The rest waits in the log (I6).
//
// Leaves to its callers: who may see what an event refers to. They read it when they show the event.

export type { EventReader, EventStream, StreamEnd } from '../event-stream.ts';
export { alongOf } from './along.ts';
export { createFeed } from './create-feed.ts';
export { type EntryEvent, type FeedEvent, type KnownPosition, type Position, type ResyncReason, resyncReasons } from './event.ts';
export type { AccountWatcher, Feed, FeedLoad } from './feed.ts';
