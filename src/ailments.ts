import type { Bus } from './bus/index.ts';
import type { Cluster } from './cluster/index.ts';
import type { Db } from './db/index.ts';

// A health check that waits longer has its answer already.
const ailmentMs = 2_000;

/** What is wrong with what a chat stands on, in a line each; empty while database, bus and the registry of nodes answer. Bounded by 2 s. */
export async function ailmentsOf({
  db,
  bus,
  cluster,
}: {
  readonly db: Pick<Db, 'now'>;
  readonly bus: Pick<Bus, 'healthy'>;
  readonly cluster: Pick<Cluster, 'healthy'>;
}): Promise<readonly string[]> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, ailmentMs, false);
  const answered = db.now().then(
    () => true,
    () => false,
  );
  const database = await Promise.race([answered, late]);
  clearTimeout(timer);
  return [
    ...(database ? [] : ['the database does not answer']),
    ...(bus.healthy ? [] : ['the bus does not answer']),
    ...(cluster.healthy ? [] : ['the registry of nodes does not answer']),
  ];
}
