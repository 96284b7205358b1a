// A health check that waits longer than this has its answer already.
const ailmentMs = 2_000;

/**
 * Finds what is wrong with the services that a chat depends on, one line each. Empty while database, bus and the registry of nodes answer.
 * Takes at most 2 s.
 */
export async function problemsOf({
  db,
  bus,
  cluster,
}: {
  readonly db: { now(): Promise<unknown> };
  readonly bus: { readonly healthy: boolean };
  readonly cluster: { readonly healthy: boolean };
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
    ...(cluster.healthy ? [] : ['the node registry does not answer']),
  ];
}
