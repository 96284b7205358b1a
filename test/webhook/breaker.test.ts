import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../src/webhook/breaker.ts';

describe('a circuit breaker', () => {
  function broken() {
    let time = 0;
    const breaker = createBreaker({ failures: 2, restMs: 100, now: () => time });
    breaker.failed();
    breaker.failed();
    function pass(ms: number): void {
      time += ms;
    }
    return { breaker, pass };
  }

  it('allows calls until a number of failures in a row', () => {
    const breaker = createBreaker({ failures: 2, restMs: 100, now: () => 0 });
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect(breaker.admits()).toBe(true);
    breaker.failed();
    expect(breaker.admits()).toBe(false);
  });

  it('allows one call after its pause, and all once that succeeds', () => {
    const { breaker, pass } = broken();
    pass(100);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    breaker.succeeded();
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
  });

  it('pauses again if that call fails', () => {
    const { breaker, pass } = broken();
    pass(100);
    breaker.admits();
    pass(50);
    breaker.failed();
    pass(99);
    expect(breaker.admits()).toBe(false);
    pass(1);
    expect(breaker.admits()).toBe(true);
  });
});
