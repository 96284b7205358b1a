import { describe, expect, it } from 'vitest';
import { createRests } from '../../src/push/rests.ts';

describe('a server that fails', () => {
  function scene() {
    let now = 10_000;
    const rests = createRests(() => now);
    const fail = (times: number, origin = 'a'): void => {
      for (let n = 0; n < times; n += 1) rests.note(origin, false);
    };
    return { rests, fail, pass: (ms: number) => (now += ms) };
  }

  it('is left alone after three failures in a row, for a second, then longer, at most a minute', () => {
    const { rests, fail, pass } = scene();
    fail(2);
    expect(rests.left('a')).toBeNull();
    const left: (number | null)[] = [];
    for (let n = 0; n < 8; n += 1) {
      fail(1);
      left.push(rests.left('a'));
      pass(60_000);
    }
    expect(left).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(rests.left('a')).toBeNull();
  });

  it('is asked again once its time is over, and needs three new failures once it has answered', () => {
    const { rests, fail, pass } = scene();
    fail(3);
    pass(999);
    expect(rests.left('a')).toBe(1);
    pass(1);
    expect(rests.left('a')).toBeNull();
    rests.note('a', true);
    fail(2);
    expect(rests.left('a')).toBeNull();
  });

  it('does not affect another, and after a thousand failing servers the oldest is forgotten', () => {
    const { rests, fail } = scene();
    fail(3);
    expect(rests.left('b')).toBeNull();
    for (let n = 0; n < 1_000; n += 1) fail(1, `server ${n}`);
    expect(rests.left('a')).toBeNull();
  });
});
