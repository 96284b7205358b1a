import { type Entry, entryVersion, parseEntry } from './entry.ts';
import { toJson } from './json.ts';

/**
 * Not logged, and only told to those who listen: of all but signals the newest is all that matters. `count`: how often the account's own read markers have moved,
 * this move included, so that a lost one leaves a hole.
 */
export type Ephemeral =
  | {
      readonly kind: 'receipt';
      readonly conversationId: bigint;
      readonly userId: bigint;
      /** Nobody but the user is told; or everybody but them. */
      readonly ownOnly: boolean;
      readonly othersOnly: boolean;
    }
  | {
      readonly kind: 'typing';
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly typing: boolean;
      /** Who is not told. */
      readonly except: readonly bigint[];
    }
  | {
      readonly kind: 'signal';
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly name: string;
      /** JSON of an object; null: nothing goes with it. */
      readonly data: string | null;
      readonly sentAt: Date;
      /** How far the conversation had got when it was found who is in it. */
      readonly seq: number;
      /** Whose alone it is, beside the sender's own devices; null: everybody's who listens. */
      readonly only: readonly bigint[] | null;
      /** Who is not told. */
      readonly except: readonly bigint[];
    }
  | { readonly kind: 'markers'; readonly conversationId: bigint; readonly count: number };

/** What travels on a stream's topic. `along`: Verdict.along, in JSON. `traceparent`: of what wrote the entry, where that is traced. */
export type Hint =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly along?: unknown; readonly traceparent?: string | undefined }
  | Ephemeral;

/** The bus topic of a stream. */
export function streamTopic(streamId: bigint): string {
  return `stream:${streamId}`;
}

/** A hint as bus text: JSON with ids as decimal text and times as ISO 8601. */
export function formatHint(hint: Hint): string {
  return toJson({ v: entryVersion, ...hint });
}

/**
 * Reads bus text back, as it came on the topic of a stream. Null for what another release wrote and this one cannot place, for what is none, and for what is of
 * another stream.
 */
export function parseHint(streamId: bigint, message: string): Hint | null {
  try {
    const hint = read(message);
    return hint !== null && isOf(streamId, hint) ? hint : null;
  } catch {
    // Not looked at before: what is asked of each hint costs each event.
    return null;
  }
}

/** A receipt is told on the conversation's topic and on the user's own. */
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
      return true;
  }
}

/** Throws where something is not what it should be. */
function read(message: string): Hint | null {
  const hint = JSON.parse(message);
  switch (hint.kind) {
    case 'entry': {
      const { streamId, seq, at, actorId, type, data } = hint.entry;
      const time = new Date(at);
      // A channel that was once told of a place that is none would not look for what is missing any more.
      if (!Number.isSafeInteger(seq) || seq < 1 || Number.isNaN(time.getTime())) return null;
      const place = { streamId: BigInt(streamId), seq, at: time, actorId: actorId === null ? null : BigInt(actorId) };
      const { along } = hint;
      const traceparent = typeof hint.traceparent === 'string' ? hint.traceparent : undefined;
      return { kind: 'entry', entry: parseEntry(place, type, hint.v, data), along, traceparent };
    }
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
