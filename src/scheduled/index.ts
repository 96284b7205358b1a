// Scheduled messages: messages that are sent at a time that their sender has set.
//
// Owns ScheduledMessage. Only its sender sees any of it.
//
// Promises:
// - A scheduled message is sent once, at its time or soon after, whether a device of its sender is connected or not.
// - It is removed by the very commit that stores the message (decision 77). So a cancelled message is never sent, and a changed one is sent
//   as last changed.
// - If it is refused at its time, it stays with its sender, together with the reason.
//
// All decisions are made under the lock on the sender's account stream. Writes entries on that stream, which tell the sender's devices.
//
// Leaves to src/message what may be sent where, both when the message is scheduled and when it is sent.
export { createScheduledMessages } from './create-scheduled.ts';
export type { ScheduledMessage, ScheduledMessages, Scheduling } from './scheduled.ts';
export { scheduledKey } from './store.ts';
