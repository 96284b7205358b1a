import type { EventOf, Status } from '../../client/index.ts';
import type { ResumableSubscription } from '../support/generated/graphql.ts';
import { given } from '../support/world.ts';

/** What the tests' document brings. */
export type Followed = EventOf<ResumableSubscription>;

/** An event in a few words, such as `MessageSent hello`, `StreamReady`, `ResyncRequired GONE`. */
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

/** The texts that events bring, in their order. */
export function textsOf(events: readonly Followed[]): readonly string[] {
  return events.flatMap((event) => (event.__typename === 'MessageSent' ? [inWords(event)] : []));
}

/** The numbers that came of a stream, in their order. */
export function seqsOf(events: readonly Followed[], id: string): readonly number[] {
  return events.flatMap((event) => ('seq' in event && event.streamId === id ? [event.seq] : []));
}

/** The states it went through, one for each stretch. */
export function statesOf(told: readonly Status[]): readonly string[] {
  return told.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1]);
}
