import { Redis } from 'ioredis';
import { freePort, type Service, startRedis } from './services.ts';
import { until } from './until.ts';

/** A private Redis Cluster of three masters, each with a third of the slots. */
export interface RedisCluster extends AsyncDisposable {
  /** `redis+cluster://127.0.0.1:PORT,127.0.0.1:PORT,127.0.0.1:PORT`. */
  readonly url: string;
  readonly masters: readonly [Service, Service, Service];
  /** Returns an operator's connection to one node. It ends with the cluster. */
  admin(node: Service): Redis;
  /** Returns the master that owns a name's slot, following move() but not failovers. */
  ownerOf(name: string): Promise<Service>;
  /** Moves a name's slot, which must hold no keys, to another master, as resharding does. */
  move(name: string, target: Service): Promise<void>;
  /** Adds a replica of a master. Resolves once it has all the master's data and can be elected in its place. */
  addReplica(master: Service): Promise<Service>;
}

// With less, a master that is only slow on a busy machine would be considered dead.
const nodeTimeoutMs = 1_500;
const slots = 16_384;

/** Starts three servers and joins them, in one to three seconds. `argsOf` returns more arguments for each, by its index. */
export async function startRedisCluster(argsOf: (at: number) => readonly string[] = () => []): Promise<RedisCluster> {
  let stack = new AsyncDisposableStack();
  await using starting = stack;
  const admins = new Map<Service, Redis>();
  const moved = new Map<number, Service>();
  starting.defer(() => {
    for (const client of admins.values()) client.disconnect();
  });

  async function startNode(more: readonly string[] = []): Promise<Service> {
    const own = { enabled: 'yes', 'node-timeout': String(nodeTimeoutMs), port: String(await freePort()) };
    const args = Object.entries(own).flatMap(([name, value]) => [`--cluster-${name}`, value]);
    return stack.use(await startRedis({ args: [...args, '--repl-diskless-sync-delay', '0', ...more] }));
  }

  function admin(node: Service): Redis {
    const known = admins.get(node);
    if (known !== undefined) return known;
    const client = new Redis(node.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on('error', () => {});
    admins.set(node, client);
    return client;
  }

  const idOf = async (node: Service): Promise<string> => String(await admin(node).call('CLUSTER', 'MYID'));
  const busPortOf = async (node: Service): Promise<string> => String(((await admin(node).config('GET', 'cluster-port')) as string[])[1]);

  /**
   * An election needs both directions: a voter has to know the replica's master, and a replica only accepts messages from nodes that it
   * knows.
   */
  async function untilKnown(to: Service, node: Service, as: string): Promise<void> {
    const known = new RegExp(`^${await idOf(node)} \\S+ ${as} .* connected`, 'm');
    await until(async () => known.test(String(await admin(to).cluster('NODES'))));
  }

  async function ownerOf(name: string): Promise<Service> {
    const slot = Number(await admin(masters[2]).call('CLUSTER', 'KEYSLOT', name));
    return moved.get(slot) ?? masters[Math.floor((slot * 3) / slots)] ?? masters[0];
  }

  async function move(name: string, target: Service): Promise<void> {
    const slot = Number(await admin(target).call('CLUSTER', 'KEYSLOT', name));
    moved.set(slot, target);
    const id = await idOf(target);
    // The new owner first: of two nodes that claim a slot, the one with the newer claim gets it.
    for (const node of [target, ...masters.filter((master) => master !== target)]) {
      await admin(node).call('CLUSTER', 'SETSLOT', String(slot), 'NODE', id);
    }
  }

  async function addReplica(master: Service): Promise<Service> {
    const replica = await startNode();
    for (const node of masters) await admin(replica).call('CLUSTER', 'MEET', '127.0.0.1', String(node.port), await busPortOf(node));
    for (const node of masters) await untilKnown(replica, node, 'master -');
    const id = await idOf(master);
    await admin(replica).call('CLUSTER', 'REPLICATE', id);
    await until(async () => (await admin(replica).info('replication')).includes('master_link_status:up'));
    for (const node of masters) await untilKnown(node, replica, `slave ${id}`);
    return replica;
  }

  const masters = [await startNode(argsOf(0)), await startNode(argsOf(1)), await startNode(argsOf(2))] as const;
  for (const [at, node] of masters.entries()) {
    const [from, to] = [Math.ceil((at * slots) / 3), Math.ceil(((at + 1) * slots) / 3) - 1];
    await admin(node).call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
    // Distinct from the start: nodes with the same epoch would have to resolve the conflict first.
    await admin(node).call('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1));
    if (at > 0) await admin(node).call('CLUSTER', 'MEET', '127.0.0.1', String(masters[0].port), await busPortOf(masters[0]));
  }
  for (const node of masters) {
    await until(async () => /cluster_state:ok.*cluster_known_nodes:3/s.test(String(await admin(node).cluster('INFO'))));
  }
  const url = `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  // move() leaves the first stack empty. Later servers are added to the second one.
  stack = starting.move();
  return { url, masters, admin, ownerOf, move, addReplica, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
