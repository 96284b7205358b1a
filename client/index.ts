// What a client of MPIM needs to stay signed in and to resume. Promises: one refresh at a time, and nobody is signed out by a network that is away; each log entry is applied once and in order per stream, across lost connections, nodes that stop and tokens that expire;
// positions move only past what was applied; what cannot be had is handed on (ResyncRequired); it never loops where coming back would not help.
// Knows no framework: Apollo, urql, graphql-ws and fetch are beside it, each an entry of its own. Does not keep what events bring: that is the application's.

export { browserWake } from './browser-wake.ts';
export type { Clock } from './clock.ts';
export { closeRemedies, errorRemedies, type Remedy } from './close-codes.ts';
export { DocumentError } from './document.ts';
export type { Failure, ServerError } from './failure.ts';
export { type EventOf, type FollowParts, followEvents, type Payload, type Subscribe } from './follow.ts';
export type { Result, Sink } from './inflow.ts';
export { type Answer, createOutbox, type Draft, type Numbered, type Outbox, type OutboxParts, type OutboxStore } from './outbox.ts';
export { memoryPositions, type Position, type PositionChange, type PositionStore } from './position.ts';
export type { Delivery, Following, ResumeOptions } from './resume.ts';
export { createSession, type Given, type Session, type SessionOptions } from './session.ts';
export type { Refusal } from './session-request.ts';
export type { SessionStorage } from './session-storage.ts';
export type { End, Status } from './status.ts';
export { type ListedStorage, storageMessages } from './storage-messages.ts';
export { storagePositions, type TextStorage } from './storage-positions.ts';
export type { Hole } from './track.ts';
export type { TypedDocument, TypedText } from './typed-document.ts';
