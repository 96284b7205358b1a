import type { Announcement } from './server.ts';

/** Tells the parent where this server listens, and collects garbage on request, so that memory can be compared. */
export function announce(port: number): void {
  process.on('message', (message) => {
    if (message !== 'gc') return;
    // The flavor last-resort returns pages that an ordinary collection keeps for later. What is left is what is held.
    const collect = globalThis.gc as unknown as (options: object) => void;
    for (let times = 0; times < 3; times += 1) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    process.send?.('collected');
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port, pid: process.pid } satisfies Announcement);
}
