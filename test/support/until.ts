import { setTimeout as delay } from 'node:timers/promises';

// Servers that come to terms with each other tell nobody when they have: there is no other way to hear of it than to ask.
const askMs = 25;

/** Resolves when something has happened of which nobody tells; what rejects has not. Throws where it does not within 30 s. */
export async function until(happened: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await happened().catch(() => false)); await delay(askMs)) {
    if (Date.now() > deadline) throw new Error(`it has not happened within 30 s: ${happened}`);
  }
}
