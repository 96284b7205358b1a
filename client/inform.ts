import type { Clock } from './clock.ts';

/**
 * Calls a listener of the application. If it throws, the error is reported as uncaught, like that of an event listener, and changes nothing
 * else.
 */
export function inform(clock: Clock, listener: () => void): void {
  try {
    listener();
  } catch (error) {
    clock.after(0, () => {
      throw error;
    });
  }
}
