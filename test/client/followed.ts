import type { EventOf, Status } from '../../client/index.ts';
import type { ResumableSubscription } from '../support/generated/graphql.ts';
import { given } from '../support/world.ts';

/** The events of the tests’ document. */
export type Followed = EventOf<ResumableSubscription>;

/** An event in a few words: the text of a message, or the event’s type, such as `StreamReady`. */
export function inWords(event: Followed): string {
  switch (event.__typename) {
    case 'MessageSent':
      return given(event.messageEdge, []).node.text;
    case 'ResyncRequired':
      return `ResyncRequired ${event.resyncReason} ${event.lastSeq}`;
    default:
      return event.__typename;
  }
}

/** The texts of the messages among events, in their order. */
export function textsOf(events: readonly Followed[]): readonly string[] {
  return events.flatMap((event) => (event.__typename === 'MessageSent' ? [inWords(event)] : []));
}

/** The seqs of a stream’s entries among events, in their order. */
export function seqsOf(events: readonly Followed[], id: string): readonly number[] {
  return events.flatMap((event) => ('seq' in event && event.streamId === id ? [event.seq] : []));
}

/** The states of a follower, without repetitions. */
export function statesOf(told: readonly Status[]): readonly string[] {
  return told.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1]);
}
