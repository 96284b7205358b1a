import { type Entry, entryVersion, parseEntry } from './entry.ts';
import { jsonOf, toJson } from './json.ts';

/**
 * A hint that is not logged and reaches only those who listen now. Except for signals, only the newest matters.
 *
 * `count` says how often the account's own read markers have moved, including this move. A lost hint leaves a gap in this count.
 */
export type Ephemeral =
  | {
      readonly kind: 'receipt';
      readonly conversationId: bigint;
      readonly userId: bigint;
      /** `ownOnly`: only for the user. `othersOnly`: for everybody but the user. */
      readonly ownOnly: boolean;
      readonly othersOnly: boolean;
    }
  | {
      readonly kind: 'typing';
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly typing: boolean;
      /** Users who must not be told. */
      readonly except: readonly bigint[];
    }
  | {
      readonly kind: 'signal';
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly name: string;
      /** JSON of an object, or null if the signal has no data. */
      readonly data: string | null;
      readonly sentAt: Date;
      /** The conversation's head when the members were read to find the recipients. */
      readonly seq: number;
      /** The only recipients besides the sender's other devices. null: everybody who listens. */
      readonly only: readonly bigint[] | null;
      /** Users who must not be told. */
      readonly except: readonly bigint[];
    }
  | { readonly kind: 'markers'; readonly conversationId: bigint; readonly count: number };

/**
 * What is published on a stream's topic. `reach`: the stream has at least this seq. `along`: Verdict.along in JSON. `traceparent`: the trace that wrote the entry, if it was traced.
 */
export type Hint =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly along?: unknown; readonly traceparent?: string | undefined }
  | { readonly kind: 'reach'; readonly seq: number }
  | Ephemeral;

/** The bus topic of a stream. */
export function streamTopic(streamId: bigint): string {
  return `stream:${streamId}`;
}

/** Formats a hint as bus text: JSON with ids as decimal text and times as ISO 8601. */
export function formatHint(hint: Hint): string {
  if (hint.kind !== 'entry') return toJson({ v: entryVersion, ...hint });
  const { along, ...rest } = hint;
  return JSON.stringify({ ...(jsonOf({ v: entryVersion, ...rest }) as object), along });
}

/** Adds the trace of the write to a hint that is formatted. */
export function withTrace(hint: string, traceparent: string): string {
  return `${hint.slice(0, -1)},"traceparent":${toJson(traceparent)}}`;
}

/**
 * Reads a hint that came on a stream's topic. Returns null if it is malformed, of an unknown kind from another release, or of another
 * stream.
 */
export function parseHint(streamId: bigint, message: string): Hint | null {
  try {
    const hint = read(message);
    return hint !== null && isOf(streamId, hint) ? hint : null;
  } catch {
    // The shape is not checked first: a check of each hint would cost time for each event.
    return null;
  }
}

/** A receipt is published on the conversation's topic and on the user's own. */
function isOf(streamId: bigint, hint: Hint): boolean {
  switch (hint.kind) {
    case 'entry':
      return hint.entry.streamId === streamId;
    case 'typing':
    case 'signal':
      return hint.conversationId === streamId;
    case 'receipt':
      return hint.conversationId === streamId || hint.userId === streamId;
    case 'markers':
    case 'reach':
      return true;
  }
}

/** Throws, or returns null, if a value is malformed. */
function read(message: string): Hint | null {
  const hint = JSON.parse(message);
  switch (hint.kind) {
    case 'entry': {
      const { streamId, seq, at, actorId, type, data } = hint.entry;
      const time = new Date(at);
      // An invalid seq would corrupt the channel's position, and it would no longer look for missing entries.
      if (!Number.isSafeInteger(seq) || seq < 1 || Number.isNaN(time.getTime())) return null;
      const place = { streamId: BigInt(streamId), seq, at: time, actorId: actorId === null ? null : BigInt(actorId) };
      const { along } = hint;
      const traceparent = typeof hint.traceparent === 'string' ? hint.traceparent : undefined;
      return { kind: 'entry', entry: parseEntry(place, type, hint.v, data), along, traceparent };
    }
    case 'reach':
      return Number.isSafeInteger(hint.seq) ? { kind: 'reach', seq: hint.seq } : null;
    case 'receipt':
      return {
        kind: 'receipt',
        conversationId: BigInt(hint.conversationId),
        userId: BigInt(hint.userId),
        ownOnly: Boolean(hint.ownOnly),
        othersOnly: Boolean(hint.othersOnly),
      };
    case 'typing':
      return {
        kind: 'typing',
        conversationId: BigInt(hint.conversationId),
        userId: BigInt(hint.userId),
        typing: Boolean(hint.typing),
        except: (hint.except ?? []).map(BigInt),
      };
    case 'signal':
      return readSignal(hint);
    case 'markers':
      if (!Number.isSafeInteger(hint.count)) return null;
      return { kind: 'markers', conversationId: BigInt(hint.conversationId), count: hint.count };
    default:
      return null;
  }
}

interface ToldSignal {
  readonly conversationId: string;
  readonly userId: string;
  readonly name: unknown;
  readonly data: unknown;
  readonly sentAt: unknown;
  readonly seq: number;
  readonly only: readonly string[] | null;
  readonly except: readonly string[];
}

function readSignal({ conversationId, userId, name, data, sentAt, seq, only, except }: ToldSignal): Hint | null {
  const time = new Date(String(sentAt));
  if (!Number.isSafeInteger(seq) || Number.isNaN(time.getTime())) return null;
  return {
    ...{ kind: 'signal', conversationId: BigInt(conversationId), userId: BigInt(userId), name: String(name), sentAt: time, seq },
    data: data === null ? null : String(data),
    only: only === null ? null : only.map(BigInt),
    except: except.map(BigInt),
  };
}
