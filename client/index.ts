// What a client of MPIM needs to stay signed in and to resume subscriptions.
//
// It promises:
// - One refresh at a time. A lost network does not sign anybody out.
// - Each log entry is applied exactly once and in order per stream, across lost connections, stopping nodes and expired tokens.
// - Positions move only past what was applied. What cannot be replayed is passed on (ResyncRequired).
// - No retries where they would not help.
//
// It knows no framework: Apollo, urql, Relay, graphql-ws and fetch each have an entry point of their own. It does not store the content of
// events: the application does.

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
