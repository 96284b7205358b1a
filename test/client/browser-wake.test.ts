import { expect, it, onTestFinished, vi } from 'vitest';
import { browserWake } from '../../client/index.ts';

it('browserWake wakes when the browser is online again or its page becomes visible, until it is cancelled', () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  const browser = new EventTarget();
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser));
  vi.stubGlobal('removeEventListener', browser.removeEventListener.bind(browser));
  vi.stubGlobal('document', page);
  onTestFinished(() => void vi.unstubAllGlobals());
  let woken = 0;
  const callOff = browserWake(() => {
    woken += 1;
  });
  browser.dispatchEvent(new Event('online'));
  page.dispatchEvent(new Event('visibilitychange'));
  expect(woken).toBe(1);
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  expect(woken).toBe(2);
  callOff();
  browser.dispatchEvent(new Event('online'));
  page.dispatchEvent(new Event('visibilitychange'));
  expect(woken).toBe(2);
});

it('browserWake wakes in a worker, which has no page, when the browser is online again', () => {
  const worker = new EventTarget();
  vi.stubGlobal('addEventListener', worker.addEventListener.bind(worker));
  vi.stubGlobal('removeEventListener', worker.removeEventListener.bind(worker));
  onTestFinished(() => void vi.unstubAllGlobals());
  let woken = 0;
  const callOff = browserWake(() => {
    woken += 1;
  });
  worker.dispatchEvent(new Event('online'));
  callOff();
  worker.dispatchEvent(new Event('online'));
  expect(woken).toBe(1);
});

it('browserWake does nothing without a browser, and with a window that has no addEventListener, as in React Native', () => {
  expect(() => browserWake(() => undefined)()).not.toThrow();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('addEventListener', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(() => browserWake(() => undefined)()).not.toThrow();
});
