// Push: what comes while somebody is away is told to their devices, by Web Push, or by a server of the operators' own that speaks to APNs and FCM.
// Owns PushDevice, QuietHours, PushDue and PushDelivery. Promises: nobody is told who has a device that is connected and not idle, nor in their quiet hours, nor
// of what they have read, have silenced, or have blocked; all of that is asked at the moment of sending, and so is what is said. A message costs one row,
// however many members its conversation has, and a conversation in which much is said is told of once in a while. A device is told only while its session lives; one that is gone is
// forgotten; a service that does not answer holds up nobody who is told by another. At least once: each push names itself, and a later one takes the place of an earlier one.
export { createPush, type Push, type PushParts } from './create-push.ts';
export { type PushDevice, type Pushes, type PushKind, type PushPlatform, pushPlatforms, type WebSubscription } from './push.ts';
export { type QuietHours, type Weekday, weekdays } from './quiet-hours.ts';
