import { expect, test } from 'vitest';
import { createUuids, isUuid, newUuid, uuidBytes, uuidText } from '../src/uuid.ts';

test('new ids are UUIDs of version 7 that begin with the time', () => {
  const id = createUuids(() => 0x0199_0000_abcd)();
  expect(id).toMatch(/^01990000-abcd-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const before = Date.now();
  expect(Number.parseInt(newUuid().replaceAll('-', '').slice(0, 12), 16)).toBeGreaterThanOrEqual(before);
});

test('new ids are in order, within one ms and also if the clock goes back', () => {
  let now = Date.now();
  const next = createUuids(() => now);
  const ids = Array.from({ length: 1_000 }, next);
  now -= 60_000;
  // More than one ms can count.
  ids.push(...Array.from({ length: 10_000 }, next));
  now += 120_000;
  ids.push(next());
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('text and bytes convert to each other', () => {
  const id = newUuid();
  expect(uuidBytes(id)).toHaveLength(16);
  expect(uuidText(uuidBytes(id))).toBe(id);
});

test('only the canonical form is an id', () => {
  const id = newUuid();
  expect(isUuid(id)).toBe(true);
  for (const text of ['', id.toUpperCase(), id.replaceAll('-', ''), `${id}0`, `${id}\n`, `{${id}}`]) expect(isUuid(text), text).toBe(false);
});
