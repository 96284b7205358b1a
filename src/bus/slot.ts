// CRC-16/XMODEM, as Redis Cluster hashes keys: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** The number of slots of a Redis Cluster. */
export const slotCount = 16_384;

/**
 * Returns the slot (0 to 16,383) of a key or channel. Only the text between the first `{` and the next `}` is hashed, if there is any;
 * otherwise the whole name.
 */
export function slotOf(name: string): number {
  const open = name.indexOf('{');
  const close = open === -1 ? -1 : name.indexOf('}', open + 1);
  const part = close > open + 1 ? name.slice(open + 1, close) : name;
  let crc = 0;
  for (const byte of Buffer.from(part)) crc = ((crc << 8) & 0xffff) ^ (crcTable[(crc >> 8) ^ byte] ?? 0);
  return crc % slotCount;
}
