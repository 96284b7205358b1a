// The feed: the live streams of this node. Owns subscriptions and their channels, nothing that is stored.
// Promises: a subscription delivers every log entry of its streams once, in seq order per stream, across lost publishes and restarts of the
// bus (I3); what cannot be had is said (ResyncRequired), never left out in silence; an entry that ends the viewer's access ends the stream
// before it is delivered (I4); what waits for a slow client is bounded, the rest waits in the log (I6).
// Does not decide who may see what an event refers to: that is read when it is shown.

export type { EventReader, EventStream, StreamEnd } from '../event-stream.ts';
export { alongOf } from './along.ts';
export { createFeed } from './create-feed.ts';
export { type EntryEvent, type FeedEvent, type KnownPosition, type Position, type ResyncReason, resyncReasons } from './event.ts';
export type { AccountWatcher, Feed, FeedLoad } from './feed.ts';
