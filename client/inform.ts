import type { Clock } from './clock.ts';

/** Calls what the application listens with. What it throws is shown as the mistake of an event listener would be, and nothing is lost by it. */
export function inform(clock: Clock, listener: () => void): void {
  try {
    listener();
  } catch (error) {
    clock.after(0, () => {
      throw error;
    });
  }
}
