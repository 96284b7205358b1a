// Messages that are said later, at a time that their author has given.
// Owns ScheduledMessage. Promises: what waits is said once, at its time or soon after, whether any device of its author is there or not; it goes in the very commit that says it, so that
// what was cancelled is never said, and what was changed is said as it was changed last; what is refused at its time stays with its author, and why. All of it is decided under the lock
// of its author's account, whose devices are told by entries there. Only its author sees any of it. Does not know what may be said where: src/message does, at both moments.
export { createScheduledMessages } from './create-scheduled.ts';
export type { ScheduledMessage, ScheduledMessages, Scheduling } from './scheduled.ts';
export { scheduledKey } from './store.ts';
