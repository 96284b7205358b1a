// Limits: how often a key may do something. Owns the counting, in this process or in Redis for all nodes together.
//
// Promises an answer at all times: while Redis is unavailable, a node counts in its own memory.
//
// Leaves to its callers what is limited, and what a refusal looks like to a client.
export type { Limit, LimitRule, Limits } from './limit.ts';
