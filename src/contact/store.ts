import { inPieces, type Tx } from '../db/index.ts';
import { cancelJob } from '../jobs/index.ts';
import type { Contact, ContactRef, ContactRequest, ContactRequestRef, ContactRequestView } from './contact.ts';

/** One side of a contact, in any state. */
export interface ContactRow extends Contact {
  /** ACTIVE or ENDED. */
  readonly state: string;
}

/** The state of a request as one of the two users sees it. A user sees a request only while it is PENDING. */
export type RequestState = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'CANCELLED' | 'EXPIRED' | 'BLOCKED';

/** A request in any state. */
export interface ContactRequestRow extends ContactRequest {
  /** A RequestState, as the sender sees it. */
  readonly fromState: string;
  /** A RequestState, as the receiver sees it. */
  readonly toState: string;
}

/** Returns the key of one side of a contact. */
export function contactRefKey({ userId, otherId }: ContactRef): string {
  return `${userId}:${otherId}`;
}

/** Returns the key of a request. */
export function requestRefKey({ fromId, toId }: ContactRequestRef): string {
  return `${fromId}:${toId}`;
}

/** Returns whether the two are contacts. */
export function isContact(row: ContactRow | null): row is ContactRow {
  return row?.state === 'ACTIVE';
}

/** Returns the part of a contact that its user may see. */
export function contactOf({ userId, otherId, alias, since }: ContactRow): Contact {
  return { userId, otherId, alias, since };
}

/** Returns the part of a request that both users may see. */
export function requestOf({ fromId, toId, note, createdAt, message }: ContactRequestRow): ContactRequest {
  return { fromId, toId, note, createdAt, message };
}

/** Reads sides of contacts in any state, in the order of `refs`. Null where there never was one. */
export async function readContacts(tx: Tx, refs: readonly ContactRef[]): Promise<readonly (ContactRow | null)[]> {
  const rows = await inPieces(refs, (piece) => {
    const OR = [...Map.groupBy(piece, ({ userId }) => userId)].map(([userId, own]) => ({
      userId,
      otherId: { in: own.map(({ otherId }) => otherId) },
    }));
    return tx.contact.findMany({ where: { OR } });
  });
  const found = new Map(rows.map((row) => [contactRefKey(row), row]));
  return refs.map((ref) => found.get(contactRefKey(ref)) ?? null);
}

/** Reads requests in any state, in the order of `refs`. Null where there never was one. */
export async function readRequests(tx: Tx, refs: readonly ContactRequestRef[]): Promise<readonly (ContactRequestRow | null)[]> {
  const rows = await inPieces(refs, (piece) =>
    tx.contactRequest.findMany({ where: { OR: piece.map(({ fromId, toId }) => ({ fromId, toId })) } }),
  );
  const found = new Map(rows.map((row) => [requestRefKey(row), row]));
  return refs.map((ref) => found.get(requestRefKey(ref)) ?? null);
}

/** Reads requests that are pending as a user sees them, in the order of `views`. Null where there is none, or it is not that user's. */
export async function readSeenRequests(tx: Tx, views: readonly ContactRequestView[]): Promise<readonly (ContactRequest | null)[]> {
  const rows = await inPieces(views, (piece) => {
    const OR = [...Map.groupBy(piece, ({ userId }) => userId)].flatMap(([userId, own]) => [
      { fromId: userId, fromState: 'PENDING', toId: { in: own.filter(({ fromId }) => fromId === userId).map(({ toId }) => toId) } },
      { toId: userId, toState: 'PENDING', fromId: { in: own.filter(({ toId }) => toId === userId).map(({ fromId }) => fromId) } },
    ]);
    return tx.contactRequest.findMany({ where: { OR } });
  });
  const found = new Map(rows.map((row) => [requestRefKey(row), row]));
  return views.map((view) => {
    const row = found.get(requestRefKey(view));
    return row !== undefined && waitsFor(row, view.userId) ? requestOf(row) : null;
  });
}

/** Returns whether a request is pending as a user sees it. */
export function waitsFor({ fromId, toId, fromState, toState }: ContactRequestRow, userId: bigint): boolean {
  return (fromId === userId && fromState === 'PENDING') || (toId === userId && toState === 'PENDING');
}

/** Stores a new request, in place of an earlier one from the same sender to the same receiver. */
export async function putRequest(
  tx: Tx,
  { fromId, toId, note, createdAt, message }: ContactRequest,
  states: { readonly fromState: RequestState; readonly toState: RequestState },
): Promise<void> {
  const fresh = { ...states, note, createdAt, message } satisfies Partial<ContactRequestRow>;
  await tx.contactRequest.upsert({
    where: { fromId_toId: { fromId, toId } },
    create: { fromId, toId, ...fresh },
    update: fresh,
  });
}

/** Changes the state of a request for one or both of the users. */
export async function settleRequest(
  tx: Tx,
  { fromId, toId }: ContactRequestRef,
  states: { readonly fromState?: RequestState; readonly toState?: RequestState },
): Promise<void> {
  await tx.contactRequest.update({ where: { fromId_toId: { fromId, toId } }, data: states });
}

/** Ends a request for its sender. It will not expire any more, and its first message is deleted. */
export async function endRequest(
  tx: Tx,
  ref: ContactRequestRef,
  states: { readonly fromState: RequestState; readonly toState?: RequestState },
): Promise<void> {
  const { fromId, toId } = ref;
  await tx.contactRequest.update({ where: { fromId_toId: { fromId, toId } }, data: { ...states, message: null } });
  await cancelJob(tx, 'ContactRequestExpired', requestRefKey(ref));
}

/** Makes two users contacts, and removes what is left of an earlier contact. */
export async function putContacts(tx: Tx, one: bigint, other: bigint, since: Date): Promise<void> {
  const fresh = { state: 'ACTIVE', alias: null, since } satisfies Partial<ContactRow>;
  for (const [userId, otherId] of [
    [one, other],
    [other, one],
  ] as const) {
    await tx.contact.upsert({
      where: { userId_otherId: { userId, otherId } },
      create: { userId, otherId, ...fresh },
      update: fresh,
    });
  }
}

/** Ends a contact for both sides. */
export async function endContacts(tx: Tx, one: bigint, other: bigint): Promise<void> {
  const OR = [
    { userId: one, otherId: other },
    { userId: other, otherId: one },
  ];
  await tx.contact.updateMany({ where: { OR }, data: { state: 'ENDED' } });
}

/** Changes a user's alias for a contact. */
export async function setAlias(tx: Tx, { userId, otherId, alias }: Contact): Promise<void> {
  await tx.contact.update({ where: { userId_otherId: { userId, otherId } }, data: { alias } });
}

/** Deletes the first message of a request once it was sent. */
export async function clearFirstMessage(
  tx: Tx,
  { fromId, toId, createdAt }: ContactRequestRef & Pick<ContactRequest, 'createdAt'>,
): Promise<void> {
  await tx.contactRequest.updateMany({ where: { fromId, toId, createdAt, fromState: 'ACCEPTED' }, data: { message: null } });
}
