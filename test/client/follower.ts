import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { createSocketClient, type SocketOptions } from '../../client/graphql-ws.ts';
import {
  type End,
  type Following,
  type FollowParts,
  followEvents,
  type Hole,
  memoryPositions,
  type PositionStore,
  type Status,
} from '../../client/index.ts';
import { ResumableDocument, type ResumableSubscription, type ResumableSubscriptionVariables } from '../support/generated/graphql.ts';
import { type Followed, inWords, statesOf } from './followed.ts';

/** The options of a follower that a test sets. */
export type Choices = Partial<FollowParts<ResumableSubscription, ResumableSubscriptionVariables>>;

/** A following application, and what it got. */
export interface Follower {
  readonly following: Following;
  readonly ended: Promise<End>;
  readonly events: readonly Followed[];
  readonly holes: readonly Hole[];
  readonly statuses: readonly Status[];
  readonly positions: PositionStore;
  /** The events, in a few words each. */
  told(): readonly string[];
  /** The states, without repetitions. */
  states(): readonly string[];
}

/** A socket client to this node, with this token. */
export function socketTo(url: string, token: SocketOptions['token'], options: Partial<SocketOptions> = {}) {
  return createSocketClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, token, ...options });
}

/** Follows all events of a user until the test ends, with no back-off of its own. */
export function follow(choices: Choices & Pick<FollowParts<unknown, unknown>, 'subscribe'>): Follower {
  const [events, statuses, holes]: [Followed[], Status[], Hole[]] = [[], [], []];
  const positions = choices.positions ?? memoryPositions();
  const { onEvent } = choices;
  const following = followEvents({
    document: ResumableDocument,
    onStatus: (status) => void statuses.push(status),
    onHole: (hole) => void holes.push(hole),
    random: () => 0,
    ...choices,
    positions,
    async onEvent(event, delivery) {
      await onEvent?.(event, delivery);
      events.push(event);
    },
  });
  onTestFinished(async () => void (await following.stop()));
  return {
    ...{ following, ended: following.ended, events, holes, statuses, positions },
    told: () => events.map(inWords),
    states: () => statesOf(statuses),
  };
}
