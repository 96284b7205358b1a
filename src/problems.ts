// A health check that waits longer than this has its answer already.
const ailmentMs = 2_000;
// Tokens are issued by the database's clock and expire by the node's, by default a quarter of an hour later: a node whose clock is that far
// ahead refuses all of them, even new ones, and clients then sign their users out. Libraries for Standard Webhooks refuse calls that are five
// minutes old. Less breaks nothing, and should not take nodes out of service: if the database's clock is wrong, that is all of them.
const clockMs = 300_000;

/**
 * Finds what is wrong with the services that a chat depends on, one line each. Empty while database, bus and the registry of nodes answer,
 * and the clocks of node and database agree. Takes at most 2 s.
 */
export async function problemsOf({
  db,
  bus,
  cluster,
}: {
  readonly db: { now(): Promise<Date> };
  readonly bus: { readonly healthy: boolean };
  readonly cluster: { readonly healthy: boolean };
}): Promise<readonly string[]> {
  const silent = ['the database does not answer'];
  const { promise: late, resolve } = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(resolve, ailmentMs, silent);
  const askedAt = Date.now();
  const answered = db.now().then(
    (now) => clockProblems(now, askedAt),
    () => silent,
  );
  const database = await Promise.race([answered, late]);
  clearTimeout(timer);
  return [
    ...database,
    ...(bus.healthy ? [] : ['the bus does not answer']),
    ...(cluster.healthy ? [] : ['the node registry does not answer']),
  ];
}

/** `now`: the database's time, at some moment since the node's clock showed `askedAt`. */
function clockProblems(now: Date, askedAt: number): readonly string[] {
  const offMs = Math.max(askedAt - now.getTime(), now.getTime() - Date.now());
  return offMs <= clockMs ? [] : [`the clocks of node and database differ by ${Math.round(offMs / 1_000)} s`];
}
