/** Where Redis is. */
export interface RedisPlace {
  /** Whether the nodes are some of a cluster's, which knows the others. */
  readonly cluster: boolean;
  /** A `redis://` or `rediss://` URL for each node that is named, each with the user and password; one where it is no cluster. */
  readonly urls: readonly [string, ...string[]];
}

/**
 * Reads `redis://[user][:password@]host[:port][/db]`, or for a cluster `redis+cluster://[user][:password@]host:port[,host:port…]`; the same
 * with `rediss` for TLS. Undefined where it is neither.
 */
export function parseRedisUrl(text: string): RedisPlace | undefined {
  const parts = /^(rediss?)\+cluster:\/\/([^@/?#]*@)?([^@/?#]+)\/?$/.exec(text);
  if (parts === null) return isServer(text) ? { cluster: false, urls: [text] } : undefined;
  const [, scheme, credentials = '', hosts = ''] = parts;
  const [first, ...others] = hosts.split(',').map((host) => `${scheme}://${credentials}${host}`);
  if (first === undefined || ![first, ...others].every((url) => isServer(url) && new URL(url).hostname !== '')) return undefined;
  return { cluster: true, urls: [first, ...others] };
}

function isServer(text: string): boolean {
  return URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol);
}

/** The URL of another node of the same cluster: same user, password and TLS. `address` is `host:port`. */
export function withAddress(url: string, address: string): string {
  const { protocol, username, password } = new URL(url);
  const credentials = username === '' && password === '' ? '' : `${username}:${password}@`;
  return `${protocol}//${credentials}${address}`;
}
