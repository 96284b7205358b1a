/** The location of Redis. */
export interface RedisPlace {
  /** Whether the URLs are nodes of a cluster. The cluster's other nodes are found from them. */
  readonly cluster: boolean;
  /** A `redis://` or `rediss://` URL for each node, with user and password. Without a cluster, the URL that was parsed. */
  readonly urls: readonly [string, ...string[]];
}

/** A server that is found by sentinels, which replace it when it fails. */
export interface Watched {
  /** `redis://` or `rediss://` URLs of some of the sentinels, with user and password. */
  readonly sentinels: readonly [string, ...string[]];
  /** The name of the master for the sentinels. */
  readonly name: string;
  /** The number of the database. */
  readonly db: number;
}

/**
 * Parses `redis://[user][:password@]host[:port][/db]`, or for a cluster `redis+cluster://[user][:password@]host:port[,host:port…]`, or a
 * URL for parseSentinelUrl. With `rediss` for TLS. Undefined if the text is none of them.
 */
export function parseRedisUrl(text: string): RedisPlace | undefined {
  const parts = /^(rediss?)\+cluster:\/\/([^@/?#]*@)?([^@/?#]+)\/?$/.exec(text);
  if (parts === null) return isServer(text) || parseSentinelUrl(text) !== undefined ? { cluster: false, urls: [text] } : undefined;
  const [, scheme = '', credentials = '', hosts = ''] = parts;
  const urls = serversOf(scheme, credentials, hosts);
  return urls && { cluster: true, urls };
}

/**
 * Parses `redis+sentinel://[user][:password@]host:port[,host:port…]/name[/db]`, or the same with `rediss`. Undefined if the text is not
 * such a URL.
 */
export function parseSentinelUrl(text: string): Watched | undefined {
  const parts = /^(rediss?)\+sentinel:\/\/([^@/?#]*@)?([^@/?#]+)\/([^@/?#]+)(?:\/(\d+))?$/.exec(text);
  if (parts === null) return undefined;
  const [, scheme = '', credentials = '', hosts = '', name = '', db = '0'] = parts;
  const sentinels = serversOf(scheme, credentials, hosts);
  return sentinels && { sentinels, name, db: Number(db) };
}

/** Returns a URL for each host. Undefined if one of them is malformed. */
function serversOf(scheme: string, credentials: string, hosts: string): RedisPlace['urls'] | undefined {
  const [first, ...others] = hosts.split(',').map((host) => `${scheme}://${credentials}${host}`);
  if (first === undefined || ![first, ...others].every((url) => isServer(url) && new URL(url).hostname !== '')) return undefined;
  return [first, ...others];
}

function isServer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['redis:', 'rediss:'].includes(protocol) && isEscaped(username + password);
}

function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
