// Limits: how often something may be done, by key. Owns the counting, in this process or in Redis for all nodes together.
// Promises an answer at all times: while Redis is away a node counts in its own memory. Does not know what is limited, nor what a
// refusal looks like to a client: callers do.
export type { Limit, LimitRule, Limits } from './limit.ts';
