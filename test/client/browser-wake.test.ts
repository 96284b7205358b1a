import { expect, it, onTestFinished, vi } from 'vitest';
import { browserWake } from '../../client/index.ts';

it('wakes when the browser is online again or its page is looked at, until it is called off', () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  const browser = new EventTarget();
  vi.stubGlobal('window', browser);
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

it('is harmless where there is no browser, and where there is a window to which nobody can listen, as in React Native', () => {
  expect(() => browserWake(() => undefined)()).not.toThrow();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('addEventListener', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(() => browserWake(() => undefined)()).not.toThrow();
});
