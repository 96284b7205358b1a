import { z } from 'zod';
import { flag, handles, oneOf, option, origins, paths, setting, url, whole } from './config-option.ts';
import { parseRedisUrl } from './redis-url.ts';

/** What can be configured of how a node runs: where things are, and how much it takes on. */
export const nodeOptions = {
  databaseUrl: option(
    'DATABASE_URL',
    '',
    z.literal('').or(url('mysql:', 'mariadb:')),
    'Where MySQL or MariaDB is: `mysql://user:pass@host:3306/name`. Empty: SQLite in DATA_DIR.',
  ),
  redisUrl: option(
    'REDIS_URL',
    '',
    z.string().refine((text) => text === '' || parseRedisUrl(text) !== undefined, {
      message:
        'must be a URL that starts with redis:// or rediss://, or for a cluster redis+cluster://host:port,host:port, or for what sentinels watch redis+sentinel://host:port,host:port/name, or the same with rediss; signs in user and password are escaped, % as %25',
    }),
    'Where Redis is: `redis://host:6379`, some nodes of a cluster: `redis+cluster://host:6379,host:6379`, or some sentinels and what they call it: `redis+sentinel://host:26379,host:26379/name`; `rediss` for TLS. Empty: an in-process bus, for one node.',
  ),
  dataDir: option('DATA_DIR', './data', z.string().min(1), 'Folder of the embedded database and of the generated signing key.'),
  host: option('HOST', '127.0.0.1', z.string().min(1), 'Address to listen on.'),
  port: option('PORT', '4000', whole(0, 65_535), 'Port to listen on; 0 picks a free one.'),
  adminHost: option(
    'ADMIN_HOST',
    '127.0.0.1',
    z.string().min(1),
    'Address on which the operators’ schema and metrics are served, and nothing else.',
  ),
  adminPort: option(
    'ADMIN_PORT',
    '',
    z.string().refine((text) => text === '' || text === 'off' || (/^\d{1,5}$/.test(text) && Number(text) <= 65_535), {
      message: 'must be a whole number from 0 to 65535, or `off`',
    }),
    'Port of it; 0 picks a free one, `off`: none. Empty: PORT + 100, or a free one where PORT is 0.',
  ),
  metricsToken: option(
    'METRICS_TOKEN',
    '',
    z.string().regex(/^$|^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 printable ASCII characters without spaces'),
    'What a request for `/metrics` on the operators’ port must bring as its bearer token. Empty: requests from this machine are answered, others are not.',
  ),
  adminHandles: option(
    'ADMIN_HANDLES',
    '',
    handles,
    'Who is an admin, as long as they stand here: handles, joined by commas. Nobody else can take one of them: sign up first. The same on all nodes.',
  ),
  auditDays: option('AUDIT_DAYS', '0', whole(0, 36_500), 'For how many days it is kept what operators did. 0: for ever.'),
  publicUrl: option(
    'PUBLIC_URL',
    '',
    z.literal('').or(url('http:', 'https:')),
    'How clients reach this node, where it differs from HOST and PORT.',
  ),
  nodeName: option(
    'NODE_NAME',
    '',
    z.string().max(64, 'must be at most 64 characters'),
    'Name of this node in logs and among the others. Empty: made of host and process.',
  ),
  nodeLeaseMs: option(
    'NODE_LEASE_MS',
    '10000',
    whole(200, 600_000),
    'A node that has not shown itself to the others for so many ms is taken for dead, and its people for offline. It shows itself four times as often. The same on all nodes.',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    'Least level that is logged.',
  ),
  logFormat: option('LOG_FORMAT', 'auto', oneOf('auto', 'json', 'pretty'), '`json`, `pretty`, or `auto`: pretty in a terminal.'),
  secretKeys: option(
    'SECRET_KEYS',
    '',
    z
      .string()
      .regex(
        /^$|^[\w-]{1,32}:[\w-]{43,128}(,[\w-]{1,32}:[\w-]{43,128})*$/,
        'must be `id:secret` pairs joined by commas, each secret at least 32 bytes in base64url',
      ),
    'Signing keys as `id:secret,…` (base64url, at least 32 bytes each): the first signs, all verify. Empty: one is made and kept in the database, embedded in DATA_DIR.',
  ),
  trustProxy: option(
    'TRUST_PROXY',
    'false',
    flag,
    'Take the client address from the last entry of `X-Forwarded-For`. Only behind a proxy that sets it. A node that stops keeps its port open for a second, for the proxy to find out.',
  ),
  writeDeadlineMs: option('WRITE_DEADLINE_MS', '8000', whole(100, 120_000), 'A write not stored after so many ms is answered UNAVAILABLE.'),
  roles: option(
    'ROLES',
    'gateway,worker',
    z
      .string()
      .transform((text) => text.split(',').map((role) => role.trim()))
      .pipe(z.array(oneOf('gateway', 'worker')).refine((roles) => new Set(roles).size === roles.length, 'must name each role once')),
    'What this node does: `gateway` serves clients, `worker` does what is left for later and what is done because of entries. At least one node of a system is a worker.',
  ),
  workerPollMs: option('WORKER_POLL_MS', '250', whole(10, 60_000), 'How often, in ms, a worker looks for new entries that have effects.'),
  workerConcurrency: option('WORKER_CONCURRENCY', '16', whole(1, 1_000), 'Effects that a worker is at, at a time.'),
  workerAttempts: option(
    'WORKER_ATTEMPTS',
    '8',
    whole(1, 100),
    'Failures after which an effect is given up for an entry, and left to operators: eight are half a minute.',
  ),
  workerVisibilityMs: option(
    'WORKER_VISIBILITY_MS',
    '30000',
    whole(1_000, 3_600_000),
    'What a worker has taken up and not kept for so many ms is taken up by another.',
  ),
  jobPollMs: option('JOB_POLL_MS', '1000', whole(10, 60_000), 'How often, in ms, a node looks for work that was left for later.'),
  webhookTimeoutMs: option(
    'WEBHOOK_TIMEOUT_MS',
    '5000',
    whole(100, 15_000),
    'An app that has not answered a webhook’s call after so many ms has not taken it.',
  ),
  webhookConcurrency: option('WEBHOOK_CONCURRENCY', '8', whole(1, 1_000), 'Calls of one webhook that a node has under way at a time.'),
  webhookDisableHours: option(
    'WEBHOOK_DISABLE_HOURS',
    '120',
    whole(1, 8_760),
    'A webhook whose calls have all failed for so many hours is disabled, and so is one that does not take a single event for so long.',
  ),
  webhookInsecure: option(
    'WEBHOOK_INSECURE',
    'false',
    flag,
    'Let webhooks, and whoever is asked before something is said, be called by http and not only by https. To this machine http is allowed anyway.',
  ),
  cacheMb: option(
    'CACHE_MB',
    '16',
    whole(0, 4_096),
    'MiB of users and conversations that a node keeps in its memory, the least used going first: the default has room for some 40,000. 0: nothing is kept, in Redis neither.',
  ),
  cacheRedis: option(
    'CACHE_REDIS',
    'true',
    flag,
    'Keep them in Redis too, where there is one: a node that has just started, or has a small memory, asks the database for less. It is not faster than a database that is as near.',
  ),
  cacheSeconds: option(
    'CACHE_SECONDS',
    '600',
    whole(1, 86_400),
    'For how long a conversation’s row is kept in memory and in Redis. It is kept under its version, so it is never out of date: this is for memory.',
  ),
  cacheProfileSeconds: option(
    'CACHE_PROFILE_SECONDS',
    '10',
    whole(1, 3_600),
    'For how long a user’s profile is kept. What changes is forgotten at once, on all nodes; so long it may be out of date on another node where the news was lost with the node or the Redis that should have told.',
  ),
  commitBatch: option('COMMIT_BATCH', '256', whole(1, 1_000), 'Writes to the log, or markers, that share one commit at most.'),
  commitQueue: option(
    'COMMIT_QUEUE',
    '10000',
    whole(1, 1_000_000),
    'Writes to the log that may wait for a commit; past it they are answered UNAVAILABLE at once.',
  ),
  databaseConnections: option('DATABASE_CONNECTIONS', '10', whole(1, 1_000), 'Connections to MySQL that a node holds.'),
  busTimeoutMs: option(
    'BUS_TIMEOUT_MS',
    '5000',
    whole(50, 60_000),
    'A subscription that Redis has not acknowledged after so many ms is answered UNAVAILABLE.',
  ),
  headCheckMs: option(
    'HEAD_CHECK_MS',
    '10000',
    whole(50, 600_000),
    'How often a node compares its live streams with the log: the bound on how late a lost publish makes an event. Ten times as often while Redis is away.',
  ),
  maxGap: option(
    'MAX_GAP',
    '10000',
    whole(1, 1_000_000),
    'Entries of one stream that a resumed subscription replays; past it ResyncRequired.',
  ),
  maxReplay: option(
    'MAX_REPLAY',
    '100000',
    whole(1, 100_000_000),
    'Entries of all streams together that a resumed subscription replays; a stream that does not fit gets ResyncRequired.',
  ),
  maxPositions: option('MAX_POSITIONS', '20000', whole(1, 1_000_000), 'Positions that one subscription may resume from.'),
  catchUps: option(
    'CATCH_UPS',
    '4',
    whole(1, 1_000),
    'Subscriptions that a node opens and replays at a time; the others wait: users take turns, and those of one user come in order.',
  ),
  catchUpQueue: option(
    'CATCH_UP_QUEUE',
    '5000',
    whole(1, 1_000_000),
    'Subscriptions that may wait to be opened, a tenth of them of one user (up to 200 in a small queue, and never over half); past it UNAVAILABLE with `retryAfterMs`, so that clients come back spread out, or go to another node.',
  ),
  subscriptionQueue: option(
    'SUBSCRIPTION_QUEUE',
    '512',
    whole(16, 100_000),
    'Events that wait in memory for one subscription; past it the rest is read from the log when the client keeps up.',
  ),
  maxBodyBytes: option(
    'MAX_BODY_BYTES',
    '2500000',
    whole(1_000, 100_000_000),
    'Largest HTTP request body: the default has room for 20,000 positions.',
  ),
  maxFrameBytes: option(
    'MAX_FRAME_BYTES',
    '2500000',
    whole(1_000, 100_000_000),
    'Largest WebSocket message from a client: the default has room for 20,000 positions.',
  ),
  maxOperationsPerSocket: option(
    'MAX_OPERATIONS_PER_SOCKET',
    '100',
    whole(1, 100_000),
    'Operations that may be under way on one WebSocket.',
  ),
  maxDepth: option('MAX_DEPTH', '15', whole(3, 100), 'Deepest nesting of a document.'),
  socketInitMs: option(
    'SOCKET_INIT_MS',
    '3000',
    whole(50, 60_000),
    'A WebSocket that has not sent connection_init after so many ms is closed with 4408.',
  ),
  socketPingMs: option(
    'SOCKET_PING_MS',
    '12000',
    whole(50, 600_000),
    'How often a WebSocket is pinged; one that has not answered by the next ping is dropped.',
  ),
  socketQueueBytes: option(
    'SOCKET_QUEUE_BYTES',
    '262144',
    whole(1_024, 1_000_000_000),
    'Unsent bytes a node holds for one WebSocket before its subscriptions wait in the log; what is not logged is dropped meanwhile.',
  ),
  slowSocketMs: option(
    'SLOW_SOCKET_MS',
    '30000',
    whole(50, 600_000),
    'A WebSocket that has so much unsent for so many ms on end is closed with 4510, and a response that streams is cut off: the client comes back with its positions.',
  ),
  streamPingMs: option(
    'STREAM_PING_MS',
    '10000',
    whole(50, 600_000),
    'How often a subscription over HTTP is sent a sign of life, so that nothing in between takes it for dead.',
  ),
  drainMs: option('DRAIN_MS', '10000', whole(0, 600_000), 'How long a node that was asked to stop waits for what it has accepted.'),
  corsOrigins: option(
    'CORS_ORIGINS',
    '*',
    origins,
    'Origins that browsers may call from, joined by commas, as in `https://chat.example.org`; `*` for any (tokens travel in headers, never in cookies).',
  ),
  graphiql: option('GRAPHIQL', 'true', flag, 'Serve GraphiQL at /graphql to browsers.'),
  demoApp: option(
    'DEMO_APP',
    'auto',
    oneOf('auto', 'true', 'false'),
    'Serve the demo app at /demo/ to browsers, where it is built; `auto`: where there is no DATABASE_URL.',
  ),
  operationsPerSecond: setting(
    'OPERATIONS_PER_SECOND',
    '100',
    whole(0, 1_000_000),
    'Operations that a node takes from one user in a second, on average over ten, each act of a mutation by itself; past it RATE_LIMITED with `retryAfterMs`. 0: any number.',
  ),
  // What a backend does for its customers it does as one user: ten people's worth, so that a loop that has gone astray is still held.
  botOperationsPerSecond: setting('BOT_OPERATIONS_PER_SECOND', '1000', whole(0, 1_000_000), 'The same for a bot. 0: any number.'),
  trustedDocuments: option(
    'TRUSTED_DOCUMENTS',
    '',
    paths,
    'Files that list the documents of your clients, joined by commas: this node runs those and no others. Empty: any.',
  ),
  introspection: setting('INTROSPECTION', 'true', flag, 'Answer introspection queries.'),
} as const;
