import type { Cluster } from '../src/cluster/index.ts';
import type { Http } from './http.ts';
import { createLoadGauge } from './load.ts';
import type { Meter } from './meter.ts';
import type { Sockets } from './socket.ts';

/** What a node is among the others, as far as it serves clients. */
export interface Membership extends Disposable {
  /** Resolves when another node, or an operator by one, asks this one to stop. */
  readonly askedToStop: Promise<void>;
  /** It serves, at this URL. */
  ready(address: string): void;
  /** It has begun to stop. */
  draining(): void;
}

/** What a membership is made of. */
export interface MembershipParts {
  readonly cluster: Cluster;
  readonly http: Pick<Http, 'cut'>;
  readonly sockets: Pick<Sockets, 'cut' | 'count'>;
  readonly meter: Meter;
}

/**
 * Tells the others what this node does, and does what they tell it. One that was taken for dead, while it was paused or cut off, sends all its clients away: the
 * others have told the world that these are gone, so they come back as new.
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
