import { isIPv6 } from 'node:net';

/**
 * What a client address counts as when attempts are counted: IPv4 as it is, IPv6 by its first 64 bits, which is what one subscriber gets:
 * counting each of their 2^64 addresses by itself would count nothing.
 */
export function countedAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  if (!isIPv6(bare)) return bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  // "::" stands for as many zeros as are missing to eight groups; four of them count.
  if (tail !== undefined) groups.push(...Array.from({ length: 8 - groups.length - behind }, () => '0'), ...tail.split(':'));
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`;
}
