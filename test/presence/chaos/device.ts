import type { History } from './history.ts';
import { type ClientSocket, openSocket } from './socket.ts';
import type { Post } from './stage.ts';

/** A device that connects and disconnects on demand, and reconnects by itself whenever its connection ends otherwise. */
export interface Device extends Disposable {
  readonly name: string;
  /** Whether it is to be connected. */
  readonly here: boolean;
  readonly connected: boolean;
  /** Connects to a random node. */
  come(): void;
  /** Ends its connection, with a close handshake or without, and stays offline until `come`. */
  leave(how: 'close' | 'terminate'): void;
}

/** The parts of a device. */
export interface DeviceParts {
  readonly name: string;
  readonly user: string;
  readonly token: string;
  /** Whether it ignores a node that stays silent. */
  readonly patient: boolean;
  readonly posts: readonly Post[];
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly history: History;
}

// Shorter than a lease: a device that notices in time reconnects before the node counts as dead.
const silenceMs = 1_000;
// Reconnects soon, but not all devices at once.
const [soonestMs, spreadMs] = [30, 200];
let connections = 0;

/** Creates an offline device. */
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
          // A device that has left meanwhile has no connection to record.
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
