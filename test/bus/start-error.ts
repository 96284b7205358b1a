import { expect } from 'vitest';
import type { Bus } from '../../src/bus/index.ts';
import { ConfigError } from '../../src/config/index.ts';
import { within } from '../support/bound.ts';

// The bound that each kind of bus on Redis promises for its start.
const startMs = 15_000;

/** Expects that opening a bus fails within the bound of its start. Returns the message of the ConfigError, which is one line. */
export async function startError(opening: Promise<Bus>): Promise<string> {
  const failed = opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const error = await within(startMs, failed);
  if (!(error instanceof ConfigError)) expect.fail(`opened, or failed otherwise: ${error}`);
  expect(error.message).not.toContain('\n');
  return error.message;
}
