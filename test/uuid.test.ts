import { expect, onTestFinished, test, vi } from 'vitest';
import { isUuid, newUuid, uuidBytes, uuidText } from '../src/uuid.ts';

test('new ids are UUIDs of version 7 that begin with the time', () => {
  const before = Date.now();
  const id = newUuid();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const at = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
  expect(new Set(Array.from({ length: 1_000 }, newUuid)).size).toBe(1_000);
});

test('new ids are in order, within one ms and also if the clock goes back', () => {
  const ids = Array.from({ length: 1_000 }, newUuid);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 60_000 });
  onTestFinished(() => void vi.useRealTimers());
  // More than one ms can count.
  ids.push(...Array.from({ length: 10_000 }, newUuid));
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
