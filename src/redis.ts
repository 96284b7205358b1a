import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { ConfigError } from './config.ts';
import { parseSentinelUrl, type Watched } from './redis-url.ts';

/** How a connection to Redis is made. */
export interface RedisConnection {
  /** `redis://[user][:password@]host[:port][/db]`, or `redis+sentinel://…` as parseSentinelUrl reads it; `rediss` for TLS. */
  readonly url: string;
  /** What the connection is for, in logs and in CLIENT LIST. */
  readonly role: string;
  /** A command that is not answered after so many ms is rejected, once the first connection is made. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** The longest that it waits before it tries to connect again, where 2 s is too long. */
  readonly longestRetryMs?: number | undefined;
  /** Gives up a first connection that is not made yet. */
  readonly signal?: AbortSignal | undefined;
}

// Within the 15 s in which a start with a wrong URL must have ended, two of these after one another included.
const startMs = 5_000;
const usualRetryMs = 2_000;
// Sentinels are asked one after the other: one that hangs must leave the others time.
const sentinelMs = 1_000;

/**
 * Connects, and keeps the connection: it comes back by itself, with jitter. Commands are never queued while it is away nor sent again
 * after it: they reject at once. Nothing is subscribed anew by the client. Throws ConfigError, in one line without the password, when the
 * first connection cannot be made.
 */
export async function connectRedis(connection: RedisConnection): Promise<Redis> {
  const { url, role, timeoutMs, logger, signal } = connection;
  let started = false;
  let fault: Error | undefined;
  // A node that cannot start is worse than one that waits: a busy machine may take longer for the first answers than a command may ever after.
  const client = makeClient({ ...connection, timeoutMs: startMs }, () => started);
  client.on('error', (error: Error) => {
    fault ??= error;
  });
  // What came before, as of sentinels that were asked in vain, has not kept it from being made.
  client.once('connect', () => {
    fault = undefined;
  });
  await begin(client, url, () => fault, signal);
  started = true;
  client.options.commandTimeout = timeoutMs;
  tellOutages(client, role, logger);
  return client;
}

/** As connectRedis, but does not wait: the connection is made in the background, and tried for until it is disconnected. */
export function openRedis(connection: RedisConnection): Redis {
  const client = makeClient(connection, () => true);
  tellOutages(client, connection.role, connection.logger);
  // Only the first attempt is told here; the client goes on.
  client.connect().catch(() => {});
  return client;
}

function makeClient({ url, role, timeoutMs, logger, longestRetryMs }: RedisConnection, comesBack: () => boolean): Redis {
  const again = (attempt: number): number | null => (comesBack() ? retryMs(attempt, longestRetryMs) : null);
  const options: RedisOptions = {
    ...manners({ role, timeoutMs }),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: again,
    // A master that has become a replica while its connections stayed: a new one leads to who is master now, by sentinels or by name.
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
    // Called when all were asked in vain: without it, that would be the end of the client.
    sentinelRetryStrategy(attempt) {
      // They may have no users of their own, and refuse that of the servers: every other time they are not told of it.
      client.options.sentinelUsername = client.options.sentinelUsername === '' ? user : '';
      return user !== '' && attempt === 1 ? 0 : again(attempt);
    },
  });
  return client;
}

/** How a server is found that sentinels watch. The same user and password serve at both. */
function whereIs({ sentinels, name, db }: Watched): RedisOptions {
  const { protocol, username, password } = new URL(sentinels[0]);
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    sentinels: sentinels.map((url) => {
      const { hostname, port } = new URL(url);
      // IPv6 has brackets in URLs alone.
      return { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port || 26_379) };
    }),
    ...{ name, db, role: 'master', connectTimeout: 2 * sentinelMs, sentinelCommandTimeout: sentinelMs },
    ...(user !== '' && { username: user, sentinelUsername: user }),
    ...(secret !== '' && { password: secret, sentinelPassword: secret }),
    ...(protocol === 'rediss:' && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}

/** How every connection behaves, to one server or to a cluster's nodes. */
export function manners({ role, timeoutMs }: Pick<RedisConnection, 'role' | 'timeoutMs'>) {
  return {
    connectionName: `mpim-${role}`,
    disableClientInfo: true,
    connectTimeout: startMs,
    // A connection whose other end is gone never closes by itself: so long for a clean end, then it is destroyed.
    disconnectTimeout: 1_000,
    commandTimeout: timeoutMs,
    // Shorter than the idle time after which firewalls forget a connection.
    keepAlive: 10_000,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
  } as const;
}

/** How long to wait before an attempt to connect (1, 2, …) after one that failed, in ms, with jitter: never longer than `longestMs`, nor than 2 s. */
export function retryMs(attempt: number, longestMs = usualRetryMs): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), usualRetryMs, longestMs) * (0.5 + Math.random() / 2);
}

function tellOutages(client: Redis, role: string, logger: Logger): void {
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
    // A database number that does not exist fails beside the connection, which goes on in another one.
    const failed = fault();
    if (failed !== undefined) throw failed;
  } catch (error) {
    client.disconnect();
    // connect() itself only says that the connection was closed; the event says why.
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
  // What is no Redis is answered in other words, and by a port for TLS so is who comes without.
  if (message.startsWith('Protocol error'))
    return `nothing at ${place} answers as Redis does: check host and port, and whether it speaks TLS (rediss)`;
  // What the client says of sentinels that do not know the name, too.
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

/**
 * Pings, and cuts a connection that does not answer within its command time-out, so that it is made anew: a half-open connection shows no
 * other sign. `onBeat` is called after each answer: whatever was sent before is settled then. Returns the way to stop.
 */
export function watchPulse(client: Redis, everyMs: number, onBeat: () => void = () => {}): () => void {
  let beating = false;
  async function beat(): Promise<void> {
    if (beating || client.status !== 'ready') return;
    beating = true;
    try {
      // With an argument: without one the client can take another answer for it, and an unasked one would go unseen.
      await client.ping('pulse');
    } catch {
      if (client.status === 'ready') client.disconnect(true);
      return;
    } finally {
      beating = false;
    }
    onBeat();
  }
  const timer = setInterval(() => void beat(), everyMs);
  return () => clearInterval(timer);
}
