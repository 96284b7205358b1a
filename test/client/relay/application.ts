import { fetchQuery, type GraphQLTaggedNode, type OperationType, requestSubscription } from 'relay-runtime';
import type { Application, Sink } from '../application.ts';
import type { Followed } from '../followed.ts';
import me, { type chatMeQuery } from './__generated__/chatMeQuery.graphql.ts';
import presence, { type chatPresenceSubscription } from './__generated__/chatPresenceSubscription.graphql.ts';
import incomplete, { type chatWatchLittleSubscription } from './__generated__/chatWatchLittleSubscription.graphql.ts';
import watchOne, { type chatWatchOneSubscription } from './__generated__/chatWatchOneSubscription.graphql.ts';
import watch, { type chatWatchSubscription } from './__generated__/chatWatchSubscription.graphql.ts';
import { environmentOf, type Going } from './environment.ts';

/** An application with Relay. */
export function relayApplication(going: Going): Application {
  const environment = environmentOf(going);
  const follow = <O extends OperationType>(
    subscription: GraphQLTaggedNode,
    variables: O['variables'],
    read: (data: O['response']) => unknown,
    sink: Sink,
  ): (() => void) =>
    requestSubscription<O>(environment, {
      subscription,
      variables,
      onNext: (data) => sink.next(read(data as O['response']) as Followed),
      onError: (error) => sink.end(error),
      onCompleted: () => sink.end(null),
    }).dispose;
  return {
    me: async () => (await fetchQuery<chatMeQuery>(environment, me, {}).toPromise())?.viewer?.user.id,
    presence: (id) =>
      new Promise((resolve, reject) => {
        const { dispose } = requestSubscription<chatPresenceSubscription>(environment, {
          subscription: presence,
          variables: { userIds: [id] },
          onNext(data) {
            resolve(data?.presence.user.id);
            dispose();
          },
          onError: reject,
        });
      }),
    events: (sink) => follow<chatWatchSubscription>(watch, {}, ({ events }) => events, sink),
    incomplete: (sink) => follow<chatWatchLittleSubscription>(incomplete, {}, ({ events }) => events, sink),
    conversation: (id, after, sink) =>
      follow<chatWatchOneSubscription>(watchOne, { id, after, connections: [] }, (data) => data.conversationEvents, sink),
  };
}
