import { setTimeout as delay } from 'node:timers/promises';

// Servers that reach agreement notify nobody, so there is no other way than to poll.
const askMs = 25;

/** Resolves once `happened` resolves to true, for events without a notification. A rejection counts as false. Throws after 30 s. */
export async function until(happened: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await happened().catch(() => false)); await delay(askMs)) {
    if (Date.now() > deadline) throw new Error(`it has not happened within 30 s: ${happened}`);
  }
}
