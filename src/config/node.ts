import { z } from 'zod';
import { flag, handles, line, oneOf, option, setting, url, whole } from './option.ts';
import { parseRedisUrl } from './redis-url.ts';

/** The options for how a node runs: where things are, what it stores and what works in the background. */
export const nodeOptions = {
  databaseUrl: option(
    'DATABASE_URL',
    '',
    z.literal('').or(url('mysql:', 'mariadb:')),
    'URL of the MySQL or MariaDB database: `mysql://user:pass@host:3306/name`. Empty: SQLite in DATA_DIR.',
  ),
  redisUrl: option(
    'REDIS_URL',
    '',
    z.string().refine((text) => text === '' || parseRedisUrl(text) !== undefined, {
      message:
        'must be a URL that starts with redis:// or rediss://, or for a cluster redis+cluster://host:port,host:port, or for what sentinels watch redis+sentinel://host:port,host:port/name, or the same with rediss; signs in user and password are escaped, % as %25',
    }),
    'URL of Redis: `redis://host:6379`. For a cluster, some of its nodes: `redis+cluster://host:6379,host:6379`. For Sentinel, some sentinels and the name of the master: `redis+sentinel://host:26379,host:26379/name`. With `rediss` it uses TLS. Empty: an in-process bus, for a single node.',
  ),
  dataDir: option('DATA_DIR', './data', z.string().min(1), 'Directory of the embedded database and of the generated signing key.'),
  host: option('HOST', '127.0.0.1', z.string().min(1), 'Address to listen on.'),
  port: option('PORT', '4000', whole(0, 65_535), 'Port to listen on. 0: a free port.'),
  adminHost: option('ADMIN_HOST', '127.0.0.1', z.string().min(1), 'Address to listen on for the operators’ schema and metrics.'),
  adminPort: option(
    'ADMIN_PORT',
    '',
    z.string().refine((text) => text === '' || text === 'off' || (/^\d{1,5}$/.test(text) && Number(text) <= 65_535), {
      message: 'must be a whole number from 0 to 65535, or `off`',
    }),
    'Port on which the operators’ schema and metrics are served, and nothing else. 0: a free port. `off`: none. Empty: PORT + 100, or a free port if PORT is 0.',
  ),
  metricsToken: option(
    'METRICS_TOKEN',
    '',
    z.string().regex(/^$|^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 printable ASCII characters without spaces'),
    'Bearer token required for `/metrics` on the operators’ port. Empty: only requests from this machine are answered.',
  ),
  adminHandles: option(
    'ADMIN_HANDLES',
    '',
    handles,
    'Handles of users who are admins for as long as they are listed here, separated by commas. Nobody else can take these handles, so sign up first. Must be the same on all nodes.',
  ),
  auditDays: option('AUDIT_DAYS', '0', whole(0, 36_500), 'Days for which the audit log is kept. 0: forever.'),
  publicUrl: option(
    'PUBLIC_URL',
    '',
    z.literal('').or(url('http:', 'https:')),
    'URL by which clients reach this node, if it differs from HOST and PORT.',
  ),
  nodeName: option(
    'NODE_NAME',
    '',
    z.literal('').or(line(64)),
    'Name of this node in logs and among the other nodes. Empty: a name made of host and process.',
  ),
  nodeLeaseMs: option(
    'NODE_LEASE_MS',
    '10000',
    whole(200, 600_000),
    'Milliseconds after which a node that has not reported to the others is considered dead, and its users offline. Nodes report four times as often. Must be the same on all nodes.',
  ),
  logLevel: setting('LOG_LEVEL', 'info', oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'Minimum log level.'),
  logFormat: option(
    'LOG_FORMAT',
    'auto',
    oneOf('auto', 'json', 'pretty'),
    'Format of the log: `json`, `pretty`, or `auto`, which is `pretty` in a terminal and `json` elsewhere.',
  ),
  secretKeys: option(
    'SECRET_KEYS',
    '',
    z
      .string()
      .regex(
        /^$|^[\w-]{1,32}:[\w-]{43,128}(,[\w-]{1,32}:[\w-]{43,128})*$/,
        'must be `id:secret` pairs joined by commas, each secret at least 32 bytes in base64url',
      )
      // A token names its key by id, so of two keys with one id only one could verify.
      .refine((text) => {
        const ids = text.split(',').map((key) => key.split(':')[0]);
        return new Set(ids).size === ids.length;
      }, 'must be keys that each have an id of their own'),
    'Signing keys as `id:secret,…` (base64url, at least 32 bytes each). Each key has an id of its own. The first one signs, all of them verify. Empty: one key is generated and kept in the database, or in DATA_DIR with the embedded one.',
  ),
  trustProxy: option(
    'TRUST_PROXY',
    'false',
    flag,
    'Whether the client address is taken from the last entry of `X-Forwarded-For`. Use it only behind a proxy that sets this header. A node that stops then keeps its port open for one second, so that the proxy notices.',
  ),
  writeDeadlineMs: option(
    'WRITE_DEADLINE_MS',
    '8000',
    whole(100, 120_000),
    'Milliseconds after which a write that is not stored is answered with UNAVAILABLE.',
  ),
  roles: option(
    'ROLES',
    'gateway,worker',
    z
      .string()
      .transform((text) => text.split(',').map((role) => role.trim()))
      .pipe(z.array(oneOf('gateway', 'worker')).refine((roles) => new Set(roles).size === roles.length, 'must name each role once')),
    'Roles of this node, separated by commas. `gateway` serves clients. `worker` runs jobs and the effects of log entries. At least one node of a system must be a worker.',
  ),
  workerPollMs: option('WORKER_POLL_MS', '250', whole(10, 60_000), 'Milliseconds between polls of the log for entries with effects.'),
  workerConcurrency: option('WORKER_CONCURRENCY', '16', whole(1, 1_000), 'Maximum number of effects that a worker runs at a time.'),
  workerAttempts: option(
    'WORKER_ATTEMPTS',
    '8',
    whole(1, 100),
    'Number of failures after which an effect of an entry is given up and left to operators. Eight take about half a minute.',
  ),
  workerVisibilityMs: option(
    'WORKER_VISIBILITY_MS',
    '30000',
    whole(1_000, 3_600_000),
    'Milliseconds after which work that a worker has taken and not renewed is taken over by another worker.',
  ),
  jobPollMs: option('JOB_POLL_MS', '1000', whole(10, 60_000), 'Interval in milliseconds at which a node looks for jobs.'),
  webhookTimeoutMs: option('WEBHOOK_TIMEOUT_MS', '5000', whole(100, 15_000), 'Milliseconds after which an unanswered webhook call fails.'),
  webhookConcurrency: option('WEBHOOK_CONCURRENCY', '8', whole(1, 1_000), 'Maximum number of concurrent calls of one webhook per node.'),
  webhookDisableHours: option(
    'WEBHOOK_DISABLE_HOURS',
    '120',
    whole(1, 8_760),
    'Hours after which a webhook is disabled if all its calls have failed, or if it has not accepted a single event for that long.',
  ),
  webhookInsecure: option(
    'WEBHOOK_INSECURE',
    'false',
    flag,
    'Whether webhooks, and the app that checks messages before they are sent, may be called by http and not only by https. To this machine http is always allowed.',
  ),
  cacheMb: option(
    'CACHE_MB',
    '16',
    whole(0, 4_096),
    'Memory in MiB in which a node caches users and conversations, removing the least recently used first. The default has room for about 40,000. 0: nothing is cached, not in Redis either.',
  ),
  cacheRedis: option(
    'CACHE_REDIS',
    'true',
    flag,
    'Whether users and conversations are also cached in Redis, if there is one. A node that has just started or has a small cache then reads less from the database. It is not faster than a database that is equally near.',
  ),
  cacheSeconds: option(
    'CACHE_SECONDS',
    '600',
    whole(1, 86_400),
    'Seconds for which a conversation is cached in memory and in Redis. Conversations are cached by version and never out of date; this setting only limits memory.',
  ),
  cacheProfileSeconds: option(
    'CACHE_PROFILE_SECONDS',
    '10',
    whole(1, 3_600),
    'Seconds for which a user’s profile is cached. Changes remove it from all nodes at once. It can be out of date for this long only if that news was lost, because the node or Redis that should have passed it on failed, or if the operators’ command changed it beside an embedded node.',
  ),
  commitBatch: option('COMMIT_BATCH', '256', whole(1, 1_000), 'Maximum number of writes to the log, or of markers, in one commit.'),
  commitQueue: option(
    'COMMIT_QUEUE',
    '10000',
    whole(1, 1_000_000),
    'Maximum number of writes to the log that wait for a commit. Further ones are answered with UNAVAILABLE at once.',
  ),
  databaseConnections: option('DATABASE_CONNECTIONS', '10', whole(1, 1_000), 'Number of connections to MySQL per node.'),
  busTimeoutMs: option(
    'BUS_TIMEOUT_MS',
    '5000',
    whole(50, 60_000),
    'Milliseconds after which a subscription that Redis has not acknowledged is answered with UNAVAILABLE.',
  ),
  drainMs: option(
    'DRAIN_MS',
    '10000',
    whole(0, 600_000),
    'Milliseconds a stopping node waits for the work that it has accepted: requests and downloads.',
  ),
} as const;
