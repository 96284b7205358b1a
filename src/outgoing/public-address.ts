import { BlockList, isIP, isIPv6 } from 'node:net';

// The ranges in IANA's registries of special-purpose addresses that are not globally reachable.
const closed = new BlockList();
const ipv4 = [
  ...(['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'] as const),
  ...(['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'] as const),
  ...(['224.0.0.0/4', '240.0.0.0/4'] as const),
];
// Ranges within 2000::/3, the only range that is assigned: Teredo and 6to4 carry IPv4 addresses, the others are for documentation and
// tests.
const ipv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const;
for (const range of [...ipv4, ...ipv6]) {
  const [net = '', bits = ''] = range.split('/');
  closed.addSubnet(net, Number(bits), isIPv6(net) ? 'ipv6' : 'ipv4');
}
const given = new BlockList();
given.addSubnet('2000::', 3, 'ipv6');

/**
 * Returns true for an IP address that is reachable from the whole Internet; false for all others, and for strings that are no IP address.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed.check(address, 'ipv4');
    case 6:
      // Everything outside 2000::/3 is local or unassigned, including IPv4 addresses mapped into IPv6.
      return given.check(address, 'ipv6') && !closed.check(address, 'ipv6');
    default:
      return false;
  }
}
