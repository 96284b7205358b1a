// The bus: topics between nodes, in this process or over Redis Pub/Sub. Owns the connections that carry hints, and their coming back.
// Promises: an acknowledged subscription hears every later publish, in order and verbatim, until its end or a gap; a gap that can be known
// of is reported, after everything is subscribed anew; nothing waits for the bus longer than its time-outs. Keeps nothing: what is lost here
// stands in the log. Does not know what the messages mean.
export type { Bus, OnMessage, Unsubscribe } from './bus.ts';
export { withOwnEar } from './own-ear.ts';
