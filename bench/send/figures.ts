/** The figures of one server in one run. */
export interface Figures {
  readonly messages: number;
  /** Messages a second that were acknowledged, stored and, if there are receivers, received by all. */
  readonly perSecond: number;
  /** ms from when a message was due to its acknowledgment. */
  readonly ackP50: number;
  readonly ackP99: number;
  /** ms from when a message was due to its receipt by each member; absent if there are no receivers. */
  readonly receiveP50?: number | undefined;
  readonly receiveP99?: number | undefined;
  readonly deliveriesPerSecond?: number | undefined;
  /** Deliveries that overtook an earlier message of their room; absent if there are no receivers. */
  readonly disordered?: number | undefined;
  /** µs of CPU per message. */
  readonly serverUs: number;
  readonly databaseUs: number;
  readonly redisUs: number;
  /** Cores that were busy. */
  readonly serverCores: number;
  readonly databaseCores: number;
  /** Absent if the callers are in the server's own process. */
  readonly loadCores?: number | undefined;
}

/** Meters of the processes whose CPU is measured. Each returns µs since the start of its process. */
export interface Meters {
  readonly server: () => Promise<number>;
  readonly database: () => Promise<number>;
  readonly redis: () => Promise<number>;
}

/** Does some work. Returns its result and the µs of CPU that each process took meanwhile. */
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
