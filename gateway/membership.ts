import type { Cluster } from '../src/cluster/index.ts';
import type { Http } from './http.ts';
import { createLoadGauge } from './load.ts';
import type { Meter } from './meter.ts';
import type { Sockets } from './socket.ts';

/** The role of a node in the cluster, as a server of clients. */
export interface Membership extends Disposable {
  /** Resolves when another node, or an operator through one, asks this node to stop. */
  readonly askedToStop: Promise<void>;
  /** Announces that the node serves at this URL. */
  ready(address: string): void;
  /** Announces that the node has started to stop. */
  draining(): void;
}

/** The parts of a membership. */
export interface MembershipParts {
  readonly cluster: Cluster;
  readonly http: Pick<Http, 'cut'>;
  readonly sockets: Pick<Sockets, 'cut' | 'count'>;
  readonly meter: Meter;
}

/**
 * Reports this node's state and load to the cluster, and obeys the commands that it receives. If the node was taken for dead while it was
 * paused or cut off, it closes all its connections: the others have reported its users as offline, so the clients reconnect as new.
 */
export function joinCluster({ cluster, http, sockets, meter }: MembershipParts): Membership {
  const asked = Promise.withResolvers<void>();
  const gauge = createLoadGauge({ meter, sockets });
  cluster.reportLoad(gauge.read);
  cluster.onFenced(() => {
    sockets.cut();
    http.cut();
  });
  cluster.onMessage(({ kind }) => {
    if (kind === 'drain') asked.resolve();
  });
  return {
    askedToStop: asked.promise,
    ready: (address) => cluster.announce({ address, state: 'READY' }),
    draining: () => cluster.announce({ state: 'DRAINING' }),
    [Symbol.dispose]: () => gauge[Symbol.dispose](),
  };
}
