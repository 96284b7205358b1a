/** Where Redis is. */
export interface RedisPlace {
  /** Whether the nodes are some of a cluster's, which knows the others. */
  readonly cluster: boolean;
  /** A `redis://` or `rediss://` URL for each node that is named, each with the user and password; where it is no cluster, the one that was read. */
  readonly urls: readonly [string, ...string[]];
}

/** One server that is found by asking sentinels, which put another in its place when it fails. */
export interface Watched {
  /** `redis://` or `rediss://` URLs of some of the sentinels, each with the user and password. */
  readonly sentinels: readonly [string, ...string[]];
  /** What they call it. */
  readonly name: string;
  /** The number of its database. */
  readonly db: number;
}

/**
 * Reads `redis://[user][:password@]host[:port][/db]`, or for a cluster `redis+cluster://[user][:password@]host:port[,host:port…]`, or what parseSentinelUrl reads; the same
 * with `rediss` for TLS. Undefined where it is none of them.
 */
export function parseRedisUrl(text: string): RedisPlace | undefined {
  const parts = /^(rediss?)\+cluster:\/\/([^@/?#]*@)?([^@/?#]+)\/?$/.exec(text);
  if (parts === null) return isServer(text) || parseSentinelUrl(text) !== undefined ? { cluster: false, urls: [text] } : undefined;
  const [, scheme = '', credentials = '', hosts = ''] = parts;
  const urls = serversOf(scheme, credentials, hosts);
  return urls && { cluster: true, urls };
}

/** Reads `redis+sentinel://[user][:password@]host:port[,host:port…]/name[/db]`, or the same with `rediss`. Undefined where it is none. */
export function parseSentinelUrl(text: string): Watched | undefined {
  const parts = /^(rediss?)\+sentinel:\/\/([^@/?#]*@)?([^@/?#]+)\/([^@/?#]+)(?:\/(\d+))?$/.exec(text);
  if (parts === null) return undefined;
  const [, scheme = '', credentials = '', hosts = '', name = '', db = '0'] = parts;
  const sentinels = serversOf(scheme, credentials, hosts);
  return sentinels && { sentinels, name, db: Number(db) };
}

/** A URL for each host; undefined where one of them is none. */
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

/** The URL of another node of the same cluster: same user, password and TLS. `address` is `host:port`. */
export function withAddress(url: string, address: string): string {
  const { protocol, username, password } = new URL(url);
  const credentials = username === '' && password === '' ? '' : `${username}:${password}@`;
  return `${protocol}//${credentials}${address}`;
}
