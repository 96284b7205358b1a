// CRC-16/XMODEM, by which Redis Cluster spreads names: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** Slots of a Redis Cluster. */
export const slotCount = 16_384;

/** The slot (0 to 16,383) to which a Redis Cluster assigns a name: by what stands in the first non-empty pair of braces, else by all of it. */
export function slotOf(name: string): number {
  const open = name.indexOf('{');
  const close = open === -1 ? -1 : name.indexOf('}', open + 1);
  const part = close > open + 1 ? name.slice(open + 1, close) : name;
  let crc = 0;
  for (const byte of Buffer.from(part)) crc = ((crc << 8) & 0xffff) ^ (crcTable[(crc >> 8) ^ byte] ?? 0);
  return crc % slotCount;
}
