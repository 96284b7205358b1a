import { print } from 'graphql';
import { type SeenFragment, WatchDocument } from '../../support/generated/graphql.ts';
import type { Actor } from './cast.ts';
import type { History } from './history.ts';
import { type ClientSocket, openSocket } from './socket.ts';
import type { Post } from './stage.ts';

/** A user who watches everybody on one node, and subscribes again whenever the subscription ends. */
export interface Watcher extends Disposable {
  /** Whether the current subscription has received everybody's presence. */
  readonly complete: boolean;
}

/** The parts of a watcher. */
export interface WatcherParts {
  readonly actor: Actor;
  readonly people: readonly Actor[];
  readonly post: Post;
  readonly history: History;
}

const silenceMs = 1_500;
const againMs = 100;
let subscriptions = 0;

/** Starts to watch. */
export function startWatcher({ actor, people, post, history }: WatcherParts): Watcher {
  const userIds = people.map(({ id }) => id);
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const [token = ''] = actor.tokens;
  const told = new Set<string>();
  let socket: ClientSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  let disposed = false;

  function take(subscription: number, { user, status, statusText, devices, lastSeenAt }: SeenFragment): void {
    const name = names.get(user.id) ?? user.id;
    told.add(name);
    history.note({ what: 'told', subscription, user: name, status, text: statusText ?? '', devices, lastSeenAt });
  }

  function connect(): void {
    subscriptions += 1;
    const subscription = subscriptions;
    told.clear();
    const opened: ClientSocket = openSocket(
      { url: post.clients.url, token, silenceMs },
      {
        onAck() {
          history.note({ what: 'watch', subscription, watcher: actor.name, node: post.number });
          opened.send({ id: '1', type: 'subscribe', payload: { query: print(WatchDocument), variables: { userIds } } });
        },
        onNext({ data, errors }) {
          if (data) take(subscription, (data as { readonly presence: SeenFragment }).presence);
          else end(opened, JSON.stringify(errors));
        },
        onEnd: (message) => end(opened, message),
        onClose(code, reason) {
          told.clear();
          history.note({ what: 'close', device: actor.name, connection: 0, node: post.number, code, reason });
          if (!disposed) retry = setTimeout(connect, againMs);
        },
      },
    );
    socket = opened;
  }

  function end(from: ClientSocket, message: string): void {
    // A node that cannot serve it at the moment answers UNAVAILABLE. Anything else is a defect.
    if (!message.includes('"UNAVAILABLE"')) history.note({ what: 'node', node: post.number, detail: `${actor.name} was told ${message}` });
    from.close();
  }

  connect();
  return {
    get complete() {
      return told.size === people.length;
    },
    [Symbol.dispose]() {
      disposed = true;
      clearTimeout(retry);
      socket?.terminate();
    },
  };
}
