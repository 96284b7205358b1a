const [second, minute, hour] = [1_000, 60_000, 3_600_000];

// The schedule that Standard Webhooks suggests. The last pause is repeated until the webhook has failed for too long.
const pauses = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];

// Failures of the same moment are not all retried at the same moment.
const spread = 0.1;

/**
 * Returns the time in ms until the next attempt, after `attempts` failures (1 or more). It is never shorter than what the app has asked
 * for.
 */
export function pauseMs(attempts: number, askedMs: number | null = null): number {
  const pause = pauses[Math.min(attempts, pauses.length) - 1] ?? second;
  return Math.round(Math.max(pause * (1 - spread + 2 * spread * Math.random()), askedMs ?? 0));
}
