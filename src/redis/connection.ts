import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { ConfigError, parseSentinelUrl, type Watched } from '../config/index.ts';

/** The settings of a connection to Redis. */
export interface RedisConnection {
  /** `redis://[user][:password@]host[:port][/db]`, or `redis+sentinel://…` as parsed by parseSentinelUrl. With `rediss` for TLS. */
  readonly url: string;
  /** The purpose of the connection, for logs and CLIENT LIST. */
  readonly role: string;
  /** After how many ms an unanswered command is rejected, once the first connection is made. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** The longest delay before the next attempt to connect, in ms, if 2 s are too long. */
  readonly longestRetryMs?: number | undefined;
  /** Aborts the first attempt to connect. */
  readonly signal?: AbortSignal | undefined;
}

// A start with a wrong URL must fail within 15 s, even with two such attempts after one another.
const startMs = 5_000;
const usualRetryMs = 2_000;
// Sentinels are asked one after the other, so one that hangs must leave time for the rest.
const sentinelMs = 1_000;

/**
 * Connects, and reconnects with jitter when the connection is lost. While there is no connection, commands reject at once: they are neither
 * queued nor sent again later. Subscriptions are not renewed by the client. Throws ConfigError, one line without the password, if the first
 * connection cannot be made.
 */
export async function connectRedis(connection: RedisConnection): Promise<Redis> {
  const { url, role, timeoutMs, logger, signal } = connection;
  let started = false;
  let fault: Error | undefined;
  // On a busy machine the first answers may take longer than the command time-out. Waiting is better than not starting.
  const client = makeClient({ ...connection, timeoutMs: startMs }, () => started);
  client.on('error', (error: Error) => {
    fault ??= error;
  });
  // Earlier errors, such as those of sentinels that did not answer, did not prevent the connection.
  client.once('connect', () => {
    fault = undefined;
  });
  await begin(client, url, () => fault, signal);
  started = true;
  client.options.commandTimeout = timeoutMs;
  logOutages(client, role, logger);
  return client;
}

/** Connects in the background, without waiting as connectRedis does. Keeps trying until it is disconnected. */
export function openRedis(connection: RedisConnection): Redis {
  const client = makeClient(connection, () => true);
  logOutages(client, connection.role, connection.logger);
  // Reports the first attempt only. The client keeps trying.
  client.connect().catch(() => {});
  return client;
}

function makeClient({ url, role, timeoutMs, logger, longestRetryMs }: RedisConnection, comesBack: () => boolean): Redis {
  const again = (attempt: number): number | null => (comesBack() ? retryMs(attempt, longestRetryMs) : null);
  const options: RedisOptions = {
    ...connectionOptions({ role, timeoutMs }),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: again,
    // A master became a replica while the connection stayed open. A new connection leads to the current master, by sentinels or by host
    // name.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  };
  const watched = parseSentinelUrl(url);
  const client = watched ? watchedClient(watched, options, again) : new Redis(url, options);
  client.on('error', (error: Error) => logger.debug({ err: error, role }, 'Redis connection failed'));
  return client;
}

function watchedClient(watched: Watched, given: RedisOptions, again: (attempt: number) => number | null): Redis {
  const { sentinelUsername: user = '', ...place } = whereIs(watched);
  const client = new Redis({
    ...{ ...given, ...place, sentinelUsername: user },
    // Called when no sentinel had an answer. Without a retry, the client would end here.
    sentinelRetryStrategy(attempt) {
      // Sentinels may not have the server's user and then refuse it. So every other attempt is made without a user.
      client.options.sentinelUsername = client.options.sentinelUsername === '' ? user : '';
      return user !== '' && attempt === 1 ? 0 : again(attempt);
    },
  });
  return client;
}

/** Options for a server that is found by sentinels. The same user and password are used for both. */
function whereIs({ sentinels, name, db }: Watched): RedisOptions {
  const { protocol, username, password } = new URL(sentinels[0]);
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    sentinels: sentinels.map((url) => {
      const { hostname, port } = new URL(url);
      // IPv6 addresses have brackets in URLs only.
      return { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port || 26_379) };
    }),
    ...{ name, db, role: 'master', connectTimeout: 2 * sentinelMs, sentinelCommandTimeout: sentinelMs },
    ...(user !== '' && { username: user, sentinelUsername: user }),
    ...(secret !== '' && { password: secret, sentinelPassword: secret }),
    ...(protocol === 'rediss:' && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}

/** Options of every connection, to one server or to the nodes of a cluster. */
export function connectionOptions({ role, timeoutMs }: Pick<RedisConnection, 'role' | 'timeoutMs'>) {
  return {
    connectionName: `mpim-${role}`,
    disableClientInfo: true,
    connectTimeout: startMs,
    // A connection whose other end is gone never closes by itself. It has this long for a clean end, then it is destroyed.
    disconnectTimeout: 1_000,
    commandTimeout: timeoutMs,
    // Shorter than the idle time after which firewalls drop a connection.
    keepAlive: 10_000,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
  } as const;
}

/** Returns the delay in ms before attempt 1, 2, … to reconnect, with jitter. At most `longestMs`, and never more than 2 s. */
export function retryMs(attempt: number, longestMs = usualRetryMs): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), usualRetryMs, longestMs) * (0.5 + Math.random() / 2);
}

function logOutages(client: Redis, role: string, logger: Logger): void {
  let away = false;
  client.on('reconnecting', () => {
    if (!away) logger.warn({ role }, 'Redis is gone');
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.info({ role }, 'Redis is back');
    away = false;
  });
}

async function begin(client: Redis, url: string, fault: () => Error | undefined, signal?: AbortSignal): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${startMs} ms${/^rediss/.test(url) ? ': does it speak TLS?' : ''}`)),
    startMs,
  );
  const giveUp = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', giveUp);
  try {
    signal?.throwIfAborted();
    await Promise.race([client.connect(), late]);
    // If the database number does not exist, SELECT fails separately and the connection stays on database 0.
    const failed = fault();
    if (failed !== undefined) throw failed;
  } catch (error) {
    client.disconnect();
    // connect() rejects with "connection is closed". The error event has the reason.
    const cause = fault() ?? error;
    throw new ConfigError(`REDIS_URL: ${refusal(url, cause)}`, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

function refusal(url: string, cause: unknown): string {
  const place = placeOf(url);
  const message = cause instanceof Error ? cause.message || String(Reflect.get(cause, 'code')) : String(cause);
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message)) return `Redis at ${place} refuses the user or password`;
  // Servers other than Redis answer with something that is not its protocol. So does a TLS port to a client without TLS.
  if (message.startsWith('Protocol error'))
    return `nothing at ${place} answers as Redis does: check host and port, and whether it speaks TLS (rediss)`;
  // This also covers the client's message for sentinels that do not know the name.
  const why = message.startsWith('All sentinels') ? 'none of them answers, or none knows that name' : message.replaceAll(/\s+/g, ' ');
  return `no Redis can be used at ${place} (${why})`;
}

function placeOf(url: string): string {
  const watched = parseSentinelUrl(url);
  if (watched !== undefined)
    return `${watched.name}, which the sentinels at ${watched.sentinels.map((one) => new URL(one).host).join(', ')} watch`;
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 6379}`;
}

// Some commands time out sooner, so that their callers do not wait. A busy machine is later than that, and the connection is sound.
const patienceMs = 1_000;

/** Pings until there is an answer. Returns false if there is none within the command time-out, or within a second if that is longer. */
export async function answersPing(client: Redis): Promise<boolean> {
  const since = performance.now();
  for (;;) {
    try {
      // With an argument the answer is unique. Otherwise the client could take another answer for it, and a missing one would go unnoticed.
      await client.ping('pulse');
      return true;
    } catch (error) {
      const isLate = error instanceof Error && error.message === 'Command timed out';
      if (!isLate || client.status !== 'ready' || performance.now() - since >= patienceMs) return false;
    }
  }
}

/** Asks whether a server is a replica of another. False if it does not say. */
export async function isReplica(client: Redis): Promise<boolean> {
  const about = await client.info('replication').catch(() => '');
  return /^role:slave/m.test(about);
}

/**
 * Pings, and cuts a connection that does not answer (answersPing), so that a new one is made: a half-open connection has no other symptom.
 * Calls `onBeat` after each answer, when every command sent before the ping has been answered. Returns a function that stops
 * it.
 */
export function watchPulse(client: Redis, everyMs: number, onBeat: () => void = () => {}): () => void {
  let beating = false;
  async function beat(): Promise<void> {
    if (beating || client.status !== 'ready') return;
    beating = true;
    const answered = await answersPing(client);
    beating = false;
    if (answered) onBeat();
    else if (client.status === 'ready') client.disconnect(true);
  }
  const timer = setInterval(() => void beat(), everyMs);
  return () => clearInterval(timer);
}
