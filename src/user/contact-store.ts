import { inPieces, type Tx } from '../db/index.ts';
import { cancelJob } from '../jobs/index.ts';
import type { Contact, ContactRef, ContactRequest, ContactRequestRef, ContactRequestView } from './contact.ts';

/** One side of a contact, in any state. */
export interface ContactRow extends Contact {
  /** ACTIVE, or ENDED. */
  readonly state: string;
}

/** How a request stands for one of the two; what is not PENDING they do not see any more. */
export type RequestState = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'CANCELLED' | 'EXPIRED' | 'BLOCKED';

/** A request, whatever became of it. */
export interface ContactRequestRow extends ContactRequest {
  /** A RequestState, in the eyes of who asked. */
  readonly fromState: string;
  /** A RequestState, in the eyes of who was asked. */
  readonly toState: string;
}

/** One side of a contact as a key. */
export function contactRefKey({ userId, otherId }: ContactRef): string {
  return `${userId}:${otherId}`;
}

/** A request as a key. */
export function requestRefKey({ fromId, toId }: ContactRequestRef): string {
  return `${fromId}:${toId}`;
}

/** True while the two are contacts. */
export function isContact(row: ContactRow | null): row is ContactRow {
  return row?.state === 'ACTIVE';
}

/** A side as its user may see it. */
export function contactOf({ userId, otherId, alias, since }: ContactRow): Contact {
  return { userId, otherId, alias, since };
}

/** A request as the two may see it. */
export function requestOf({ fromId, toId, note, createdAt, message }: ContactRequestRow): ContactRequest {
  return { fromId, toId, note, createdAt, message };
}

/** Sides in the order asked for, in any state; null where there never was one. */
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

/** Requests in the order asked for, whatever became of them; null where there never was one. */
export async function readRequests(tx: Tx, refs: readonly ContactRequestRef[]): Promise<readonly (ContactRequestRow | null)[]> {
  const rows = await inPieces(refs, (piece) =>
    tx.contactRequest.findMany({ where: { OR: piece.map(({ fromId, toId }) => ({ fromId, toId })) } }),
  );
  const found = new Map(rows.map((row) => [requestRefKey(row), row]));
  return refs.map((ref) => found.get(requestRefKey(ref)) ?? null);
}

/** Requests that wait in somebody's eyes, in the order asked for; null where there is none, or it is not theirs. */
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

/** Whether a request waits in somebody's eyes. */
export function waitsFor({ fromId, toId, fromState, toState }: ContactRequestRow, userId: bigint): boolean {
  return (fromId === userId && fromState === 'PENDING') || (toId === userId && toState === 'PENDING');
}

/** Puts a new request in the place of any earlier one between the two this way. */
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

/** Changes how a request stands for one of the two, or for both. */
export async function settleRequest(
  tx: Tx,
  { fromId, toId }: ContactRequestRef,
  states: { readonly fromState?: RequestState; readonly toState?: RequestState },
): Promise<void> {
  await tx.contactRequest.update({ where: { fromId_toId: { fromId, toId } }, data: states });
}

/** Ends a request for who asked: it is over by no time any more, and what was to be said with it is kept no longer. */
export async function endRequest(
  tx: Tx,
  ref: ContactRequestRef,
  states: { readonly fromState: RequestState; readonly toState?: RequestState },
): Promise<void> {
  const { fromId, toId } = ref;
  await tx.contactRequest.update({ where: { fromId_toId: { fromId, toId } }, data: { ...states, message: null } });
  await cancelJob(tx, 'ContactRequestExpired', requestRefKey(ref));
}

/** Makes two users contacts, as if they had never been. */
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

/** Changes what a user calls a contact. */
export async function setAlias(tx: Tx, { userId, otherId, alias }: Contact): Promise<void> {
  await tx.contact.update({ where: { userId_otherId: { userId, otherId } }, data: { alias } });
}

/** The text that was to be said with a request has been said. */
export async function clearFirstMessage(
  tx: Tx,
  { fromId, toId, createdAt }: ContactRequestRef & Pick<ContactRequest, 'createdAt'>,
): Promise<void> {
  await tx.contactRequest.updateMany({ where: { fromId, toId, createdAt, fromState: 'ACCEPTED' }, data: { message: null } });
}
