// Push: notifies the devices of users who are away, by Web Push, or through the operators' own provider, a server that speaks to APNs and
// FCM. The module owns the tables PushDevice, QuietHours, PushDue and PushDelivery.
//
// Promises:
// - A user gets no push while a device of theirs is connected and not idle, or in their quiet hours. They get none for messages that they
//   have read, from conversations that they have silenced, or from senders whom they have blocked. All this, and the text, is read at the
//   moment of sending.
// - A message costs one row, however many members its conversation has. A busy conversation is pushed once in a while (decision 41).
// - A device gets pushes only while its session lives. A device that is gone is removed.
// - A service that does not answer delays only its own users.
// - Pushes are sent at least once. Each has an id, and a later one replaces an earlier one.
export { createPush, type Push, type PushParts } from './create-push.ts';
export type { PushDevice, Pushes, PushKind, PushPlatform, WebSubscription } from './push.ts';
export { type QuietHours, type Weekday, weekdays } from './quiet-hours.ts';
