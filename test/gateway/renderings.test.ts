import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Rendering } from '../../gateway/delivery.ts';
import { Payload } from '../../gateway/payload.ts';
import { Renderings } from '../../gateway/renderings.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const mib = 1_024 * 1_024;

function rendering(bytes: number): Rendering {
  return { payload: new Payload('x'.repeat(bytes)), waiting: [] };
}

it('renderings are kept for one to two seconds', () => {
  const renderings = new Renderings();
  const place = new Map<object, Rendering>();
  const [early, late] = [{}, {}];
  renderings.keep(rendering(10), early, place);
  vi.advanceTimersByTime(900);
  renderings.keep(rendering(10), late, place);
  expect([place.has(early), place.has(late)]).toEqual([true, true]);
  vi.advanceTimersByTime(150);
  expect([place.has(early), place.has(late)]).toEqual([false, true]);
  vi.advanceTimersByTime(1_000);
  expect(place.size).toBe(0);
});

it('renderings are at most 16 MiB together: the oldest are dropped first, and one that is still being made stays', () => {
  const renderings = new Renderings();
  const place = new Map<object, Rendering>();
  const events = Array.from({ length: 10 }, () => ({}));
  const making: Rendering = { payload: undefined, waiting: [] };
  renderings.keep(making, events[0] ?? {}, place);
  for (const event of events.slice(1)) {
    const made = rendering(2.5 * mib);
    renderings.keep(made, event, place);
    renderings.weigh(made);
  }
  expect(events.map((event) => place.has(event))).toEqual([true, false, false, false, true, true, true, true, true, true]);
});
