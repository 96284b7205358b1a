import { ChatError } from '../src/errors.ts';
import type { HistoryRequest } from '../src/message/index.ts';
import { type Order, parseCursor, parseSeqCursor } from './cursors.ts';
import { argumentId } from './ids.ts';

// The API's limits. A value outside is refused, never changed silently.
const maxPage = 100;
const defaultPage = 50;

/** GraphQL passes an explicit null, which means the same as absent. */
type Absent = null | undefined;

/** The arguments of a forward connection. */
export interface ForwardArgs {
  readonly first?: number | Absent;
  readonly after?: string | Absent;
}

/** A page of a forward connection: at most `first` items after the key `after`. */
export interface ForwardPage {
  readonly first: number;
  readonly after: string | undefined;
}

/** The arguments of a conversation's messages and timeline. */
export interface HistoryArgs extends ForwardArgs {
  readonly last?: number | Absent;
  readonly before?: string | Absent;
  readonly around?: number | Absent;
  readonly aroundId?: string | Absent;
  readonly aroundDate?: Date | Absent;
}

/** Returns the error for an argument of a query or subscription: BAD_USER_INPUT that names it. */
export function badArgument(name: string, message: string): ChatError {
  return new ChatError('BAD_USER_INPUT', `${name} ${message}`, { field: name.split('.') });
}

function pageSize(name: 'first' | 'last', size: number | Absent): number | undefined {
  if (size === null || size === undefined) return undefined;
  if (size < 1 || size > maxPage) throw badArgument(name, `must be from 1 to ${maxPage}.`);
  return size;
}

/** Returns the size of a list without pages. Throws ChatError BAD_USER_INPUT (first). */
export function listSize(first: number | Absent, usual: number): number {
  return pageSize('first', first) ?? usual;
}

/** Returns a seq argument. Throws ChatError BAD_USER_INPUT if it is negative. */
export function seqArgument(name: string, seq: number): number {
  if (seq < 0) throw badArgument(name, 'must not be negative.');
  return seq;
}

function seqOf(name: 'after' | 'before', cursor: string | Absent): number | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const seq = parseSeqCursor(cursor);
  if (seq === null) throw badArgument(name, 'is not a cursor of this connection.');
  return seq;
}

/** Returns the page that a forward connection's arguments select. `after` is a key of the order. Throws ChatError BAD_USER_INPUT. */
export function forwardPage(order: Order, { first, after }: ForwardArgs): ForwardPage {
  const size = pageSize('first', first) ?? defaultPage;
  if (after === null || after === undefined) return { first: size, after: undefined };
  const key = parseCursor(order, after);
  if (key === null) throw badArgument('after', 'is not a cursor of this connection.');
  return { first: size, after: key };
}

/** Returns the part of a stream after a position. `after` takes precedence over `afterSeq`. Throws ChatError BAD_USER_INPUT. */
export function streamPage({ first, after, afterSeq }: ForwardArgs & { readonly afterSeq: number }): {
  readonly first: number;
  readonly afterSeq: number;
} {
  const start = seqArgument('afterSeq', afterSeq);
  return { first: pageSize('first', first) ?? defaultPage, afterSeq: seqOf('after', after) ?? start };
}

/**
 * Returns the part of a conversation's history that the arguments select, by default its end. `around` is ignored with `after` or `before`,
 * because a client that pages on keeps sending it. Throws ChatError BAD_USER_INPUT.
 */
export function historyPage(conversationId: bigint, args: HistoryArgs): HistoryRequest {
  const first = pageSize('first', args.first);
  const last = pageSize('last', args.last);
  const after = seqOf('after', args.after);
  const before = seqOf('before', args.before);
  const around = centre(conversationId, args);
  if (after !== undefined && before !== undefined) throw badArgument('after', 'and before cannot be combined.');
  if (around !== undefined && after === undefined && before === undefined) return { first, last, around };
  if (first !== undefined && last !== undefined)
    throw badArgument('first', 'and last can be combined with around alone, and not with after or before: leave one of them null.');
  if (first !== undefined || last !== undefined) return { first, after, last, before };
  return after === undefined ? { last: defaultPage, before } : { first: defaultPage, after };
}

/** Returns the seq or the time to centre on. */
function centre(conversationId: bigint, { around, aroundId, aroundDate }: HistoryArgs): number | Date | undefined {
  const [given, other] = Object.entries({ around, aroundId, aroundDate }).filter(([, value]) => value !== null && value !== undefined);
  if (given !== undefined && other !== undefined) throw badArgument(given[0], `and ${other[0]} cannot be combined.`);
  if (aroundDate !== null && aroundDate !== undefined) return aroundDate;
  if (around !== null && around !== undefined) return seqArgument('around', around);
  return aroundId === null || aroundId === undefined ? undefined : seqOfMessage(conversationId, aroundId);
}

function seqOfMessage(conversationId: bigint, id: string): number {
  const message = argumentId('Message', id, 'aroundId');
  if (message.conversationId !== conversationId) throw badArgument('aroundId', 'is not a message of this conversation.');
  return message.seq;
}
