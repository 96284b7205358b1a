import { ChatError } from './errors.ts';

/** The greatest BIGINT. With a greater number, a database would fail instead of finding nothing. */
export const lastId = 2n ** 63n - 1n;
/** The greatest DATETIME, in ms. */
export const lastTime = 253_402_300_799_999n;
/** The greatest INT. */
export const lastSeq = 2n ** 31n - 1n;

/** Returns the error for a key of another list. */
export function otherList(): ChatError {
  return new ChatError('BAD_USER_INPUT', 'This cursor does not belong to this list.', { field: ['after'] });
}

/** Parses a key that is an id. Throws BAD_USER_INPUT (after). */
export function parseId(key: string): bigint {
  const id = /^\d{1,19}$/.test(key) ? BigInt(key) : null;
  if (id === null || id > lastId) throw otherList();
  return id;
}

/** Parses a key of a time in ms or a seq, at most `limit`, and an id. Throws BAD_USER_INPUT (after). */
export function parsePlace(key: string, limit: bigint): readonly [number, bigint] {
  const [, first = '', second = ''] = /^(\d{1,15}):(\d{1,19})$/.exec(key) ?? [];
  const [place, id] = [BigInt(first), BigInt(second)];
  if (first === '' || place > limit || id > lastId) throw otherList();
  return [Number(place), id];
}
