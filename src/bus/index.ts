// The bus: topics between nodes, in this process or over Redis Pub/Sub. It owns the connections that carry hints, and reconnects them.
//
// Promises:
// - An acknowledged subscription receives every later publish, in order and unchanged, until it ends or a gap occurs.
// - Every gap that can be detected is reported, after all topics are subscribed again.
// - Nothing waits for the bus longer than its time-outs.
//
// It stores nothing: what is lost here can be read from the log. It does not know what messages mean.
export type { Bus, OnMessage, Unsubscribe } from './bus.ts';
export { withLocalEcho } from './local-echo.ts';
