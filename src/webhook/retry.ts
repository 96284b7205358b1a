const [second, minute, hour] = [1_000, 60_000, 3_600_000];

// As Standard Webhooks suggests; the last is kept to until it has failed for too long.
const pauses = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];

// Nobody may put us off for longer than the time between two tries and a half.
const longestMs = 24 * hour;

// What failed together is not tried again together.
const spread = 0.1;

/** After how many ms something is tried again that was tried in vain so many times, 1 or more; never before what the app has asked for. */
export function pauseMs(attempts: number, askedMs: number | null = null): number {
  const pause = pauses[Math.min(attempts, pauses.length) - 1] ?? second;
  return Math.round(Math.max(pause * (1 - spread + 2 * spread * Math.random()), Math.min(askedMs ?? 0, longestMs)));
}
