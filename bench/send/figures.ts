/** How one server did in one run. */
export interface Figures {
  readonly messages: number;
  /** Messages acknowledged, stored and, where somebody listens, received by all, each second. */
  readonly perSecond: number;
  /** ms from when a message was due to its acknowledgment. */
  readonly ackP50: number;
  readonly ackP99: number;
  /** ms from when a message was due to each member's receiving it; absent where nobody listens. */
  readonly receiveP50?: number | undefined;
  readonly receiveP99?: number | undefined;
  readonly deliveriesPerSecond?: number | undefined;
  /** Deliveries that overtook an earlier message of their room; absent where nobody listens. */
  readonly disordered?: number | undefined;
  /** µs of CPU for each message. */
  readonly serverUs: number;
  readonly databaseUs: number;
  readonly redisUs: number;
  /** Cores that were busy. */
  readonly serverCores: number;
  readonly databaseCores: number;
  /** Absent where the callers are in the server's own process. */
  readonly loadCores?: number | undefined;
}

/** Processes whose CPU is measured, each telling its µs since its start. */
export interface Meters {
  readonly server: () => Promise<number>;
  readonly database: () => Promise<number>;
  readonly redis: () => Promise<number>;
}

/** Does some work and answers, beside its result, the µs of CPU that each process took meanwhile. */
export async function metered<T>(
  { server, database, redis }: Meters,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly us: Readonly<Record<keyof Meters, number>> }> {
  const read = () => Promise.all([server(), database(), redis()]);
  const before = await read();
  const result = await work();
  const after = await read();
  return { result, us: { server: after[0] - before[0], database: after[1] - before[1], redis: after[2] - before[2] } };
}
