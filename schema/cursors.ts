import { decodeText, encodeText } from './ids.ts';

/** What the connections are ordered by. Entries of a stream, messages among them, have one cursor wherever they are listed. */
export type Order = 'seq' | 'conversation' | 'member' | 'user';

/** The opaque cursor of a place in an order. */
export function formatCursor(order: Order, key: string | number): string {
  return encodeText(`${order}@${key}`);
}

/** The key in a cursor of this order; null where it is malformed or of another order. */
export function parseCursor(order: Order, cursor: string): string | null {
  const text = decodeText(cursor);
  return text?.startsWith(`${order}@`) ? text.slice(order.length + 1) : null;
}

/** The seq in a cursor of a stream's entry; null where there is none. */
export function parseSeqCursor(cursor: string): number | null {
  const key = parseCursor('seq', cursor);
  return key !== null && /^(0|[1-9]\d{0,9})$/.test(key) ? Number(key) : null;
}
