import type { History } from './history.ts';
import { type ClientSocket, openSocket } from './socket.ts';
import type { Post } from './stage.ts';

/** A device that is here or away as it is told, and comes back by itself whenever its connection ends otherwise. */
export interface Device extends Disposable {
  readonly name: string;
  /** Whether it wants to be connected. */
  readonly here: boolean;
  readonly connected: boolean;
  /** Connects, on a node that it chooses. */
  come(): void;
  /** Ends its connection, with a goodbye or without, and stays away until it is told to come. */
  leave(how: 'close' | 'terminate'): void;
}

/** What a device is given. */
export interface DeviceParts {
  readonly name: string;
  readonly user: string;
  readonly token: string;
  /** Does not notice that a node says nothing. */
  readonly patient: boolean;
  readonly posts: readonly Post[];
  /** In [0, 1). */
  readonly random: () => number;
  readonly history: History;
}

// Sooner than a lease is over: who notices in time is back before anybody thinks that they have gone.
const silenceMs = 1_000;
// Back soon, but not all at once.
const [soonestMs, spreadMs] = [30, 200];
let connections = 0;

/** Makes a device that is away. */
export function makeDevice({ name, user, token, patient, posts, random, history }: DeviceParts): Device {
  let socket: ClientSocket | undefined;
  let here = false;
  let connection = 0;
  let connected = false;
  let retry: NodeJS.Timeout | undefined;
  history.note({ what: 'device', device: name, user });

  function connect(): void {
    const post = posts[Math.floor(random() * posts.length)];
    if (post === undefined) throw new Error('there is no node');
    connections += 1;
    const [own, node, began] = [connections, post.number, history.now()];
    let acknowledged = false;
    const opened: ClientSocket = openSocket(
      { url: post.clients.url, token, silenceMs: patient ? null : silenceMs },
      {
        onAck() {
          // Who has left meanwhile says so without having been there.
          if (socket !== opened) return;
          [connection, connected, acknowledged] = [own, true, true];
          history.note({ what: 'open', device: name, connection, node, began });
        },
        onNext: () => undefined,
        onEnd: (message) => history.note({ what: 'node', node, detail: `${name} was told ${message}` }),
        onClose(code, reason) {
          if (acknowledged) history.note({ what: 'close', device: name, connection: own, node, code, reason });
          if (socket !== opened) return;
          [socket, connected] = [undefined, false];
          if (here) retry = setTimeout(connect, soonestMs + spreadMs * random());
        },
      },
    );
    socket = opened;
  }

  function leave(how: 'close' | 'terminate'): void {
    here = false;
    clearTimeout(retry);
    const leaving = socket;
    if (connected) history.note({ what: 'leave', device: name, connection });
    [socket, connected] = [undefined, false];
    if (how === 'close') leaving?.close();
    else leaving?.terminate();
  }

  return {
    name,
    get here() {
      return here;
    },
    get connected() {
      return connected;
    },
    come() {
      if (here) return;
      here = true;
      connect();
    },
    leave,
    [Symbol.dispose]: () => leave('terminate'),
  };
}
