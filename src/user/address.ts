import { isIPv6 } from 'node:net';

/**
 * Returns the form of a client address under which attempts are counted. IPv4 stays as it is. IPv6 is cut to its first 64 bits, which one
 * subscriber gets: counted singly, their 2^64 addresses would never reach a limit.
 */
export function countedAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  if (!isIPv6(bare)) return bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  // "::" stands for as many zero groups as are missing to eight. Only the first four groups count.
  if (tail !== undefined) groups.push(...Array.from({ length: 8 - groups.length - behind }, () => '0'), ...tail.split(':'));
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`;
}
