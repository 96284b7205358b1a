import { type Entry, entryVersion, parseEntry } from './entry.ts';
import { toJson } from './json.ts';

/**
 * Not logged, and only told to those who listen: the newest is all that matters. `count`: how often the account's own read markers have moved,
 * this move included, so that a lost one leaves a hole.
 */
export type Ephemeral =
  | {
      readonly kind: 'receipt';
      readonly conversationId: bigint;
      readonly userId: bigint;
      /** Nobody but the user is told. */
      readonly ownOnly: boolean;
    }
  | {
      readonly kind: 'typing';
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly typing: boolean;
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

/** Reads bus text back; null for what another release wrote and this one cannot place. */
export function parseHint(message: string): Hint | null {
  const hint = JSON.parse(message);
  switch (hint.kind) {
    case 'entry': {
      const { streamId, seq, at, actorId, type, data } = hint.entry;
      // A channel that was once told of a place that is none would not look for what is missing any more.
      if (!Number.isSafeInteger(seq) || seq < 1) return null;
      const place = { streamId: BigInt(streamId), seq, at: new Date(at), actorId: actorId === null ? null : BigInt(actorId) };
      const { along, traceparent } = hint;
      return { kind: 'entry', entry: parseEntry(place, type, hint.v, data), along, traceparent };
    }
    case 'receipt':
      return { kind: 'receipt', conversationId: BigInt(hint.conversationId), userId: BigInt(hint.userId), ownOnly: Boolean(hint.ownOnly) };
    case 'typing':
      return {
        kind: 'typing',
        conversationId: BigInt(hint.conversationId),
        userId: BigInt(hint.userId),
        typing: Boolean(hint.typing),
        except: (hint.except ?? []).map(BigInt),
      };
    case 'markers':
      if (!Number.isInteger(hint.count)) return null;
      return { kind: 'markers', conversationId: BigInt(hint.conversationId), count: hint.count };
    default:
      return null;
  }
}
