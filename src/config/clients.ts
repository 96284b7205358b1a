import { flag, list, oneOf, option, origins, setting, whole } from './option.ts';

/** The options for what a node takes from clients: requests, connections and subscriptions. */
export const gatewayOptions = {
  headCheckMs: option(
    'HEAD_CHECK_MS',
    '10000',
    whole(50, 600_000),
    'Interval in milliseconds at which a node compares its live streams with the log. It is the longest delay of an event whose publication was lost. While Redis is away, nodes compare ten times as often.',
  ),
  maxGap: option(
    'MAX_GAP',
    '10000',
    whole(1, 1_000_000),
    'Maximum number of entries of one stream that a resumed subscription replays. Beyond it, the client gets ResyncRequired.',
  ),
  maxReplay: option(
    'MAX_REPLAY',
    '100000',
    whole(1, 100_000_000),
    'Maximum number of entries of all streams together that a resumed subscription replays. Streams that do not fit get ResyncRequired.',
  ),
  maxPositions: option('MAX_POSITIONS', '20000', whole(1, 1_000_000), 'Maximum number of positions a subscription may resume from.'),
  // Each takes a subscription 0.8 KB, so these take 160 MB. A hundred devices of a user in as many groups as allowed follow half as many.
  maxFollowed: option(
    'MAX_FOLLOWED',
    '200000',
    whole(1, 10_000_000),
    'Maximum number of conversations that all `events` subscriptions of a user follow together on a node. One more subscription is refused with LIMIT_REACHED.',
  ),
  catchUps: option(
    'CATCH_UPS',
    '4',
    whole(1, 1_000),
    'Maximum number of subscriptions that a node opens and replays at a time. The others wait. Users take turns, and the subscriptions of one user are opened in order.',
  ),
  catchUpQueue: option(
    'CATCH_UP_QUEUE',
    '5000',
    whole(1, 1_000_000),
    'Maximum number of subscriptions that wait to be opened. One user may have a tenth of them (up to 200 in a small queue, and never more than half). Further ones are answered with UNAVAILABLE and `retryAfterMs`, so that clients come back spread out, or go to another node.',
  ),
  subscriptionQueue: option(
    'SUBSCRIPTION_QUEUE',
    '512',
    whole(16, 100_000),
    'Maximum number of events that wait in memory for one subscription. The rest is read from the log when the client keeps up.',
  ),
  maxBodyBytes: option(
    'MAX_BODY_BYTES',
    '2500000',
    whole(1_000, 100_000_000),
    'Maximum size of an HTTP request body, in bytes. The default has room for 20,000 positions.',
  ),
  maxFrameBytes: option(
    'MAX_FRAME_BYTES',
    '2500000',
    whole(1_000, 100_000_000),
    'Maximum size of a WebSocket message from a client, in bytes. The default has room for 20,000 positions.',
  ),
  maxOperationsPerSocket: option('MAX_OPERATIONS_PER_SOCKET', '100', whole(1, 100_000), 'Maximum concurrent operations on one WebSocket.'),
  maxDepth: option('MAX_DEPTH', '15', whole(3, 100), 'Maximum nesting depth of a document.'),
  socketInitMs: option(
    'SOCKET_INIT_MS',
    '3000',
    whole(50, 60_000),
    'Milliseconds after which a WebSocket that has not sent connection_init is closed with 4408.',
  ),
  socketPingMs: option(
    'SOCKET_PING_MS',
    '12000',
    whole(50, 600_000),
    'Interval in milliseconds at which WebSockets are pinged. A connection that has not answered by the next ping is dropped.',
  ),
  socketQueueBytes: option(
    'SOCKET_QUEUE_BYTES',
    '262144',
    whole(1_024, 1_000_000_000),
    'Maximum number of unsent bytes that a node holds for one WebSocket. Beyond it, its subscriptions wait in the log, and events that are not logged are dropped.',
  ),
  slowSocketMs: option(
    'SLOW_SOCKET_MS',
    '30000',
    whole(50, 600_000),
    'Milliseconds within which a WebSocket that came to have SOCKET_QUEUE_BYTES unsent must send all of it, or it is closed with 4510. An HTTP response is cut off if none of it can be sent for so long. The client comes back with its positions.',
  ),
  streamPingMs: option(
    'STREAM_PING_MS',
    '10000',
    whole(50, 600_000),
    'Interval in milliseconds at which subscriptions over HTTP are sent a keep-alive, so that nothing in between closes them.',
  ),
  corsOrigins: option(
    'CORS_ORIGINS',
    '*',
    origins,
    'Origins from which browsers may call, separated by commas, as in `https://chat.example.org`. `*`: any origin. Tokens travel in headers, never in cookies.',
  ),
  graphiql: option('GRAPHIQL', 'true', flag, 'Whether GraphiQL is served to browsers at /graphql.'),
  demoApp: option(
    'DEMO_APP',
    'auto',
    oneOf('auto', 'true', 'false'),
    'Whether the demo app is served to browsers at /demo/, if it is built. `auto`: only without a DATABASE_URL.',
  ),
  operationsPerSecond: setting(
    'OPERATIONS_PER_SECOND',
    '100',
    whole(0, 1_000_000),
    'Operations that a node accepts from one user per second, on average over ten seconds. Each field of a mutation counts as one. 250 resolved fields are included in each, of which a page counts as 50; 250 more count as one more. Beyond it, they are refused with RATE_LIMITED and `retryAfterMs`. 0: no limit.',
  ),
  // A bot acts for a backend's customers, so it gets the rate of ten users. A loop that has gone wrong is still limited.
  botOperationsPerSecond: setting(
    'BOT_OPERATIONS_PER_SECOND',
    '1000',
    whole(0, 1_000_000),
    'Operations that a node accepts from one bot per second, counted in the same way. 0: no limit.',
  ),
  trustedDocuments: option(
    'TRUSTED_DOCUMENTS',
    '',
    list,
    'Files that list the documents of your clients, separated by commas. This node runs only those documents. Empty: any document.',
  ),
  introspection: setting('INTROSPECTION', 'true', flag, 'Whether introspection queries are answered.'),
} as const;
