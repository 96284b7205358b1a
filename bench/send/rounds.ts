import type { Figures } from './figures.ts';
import type { Part, Row } from './result.ts';

/** What a comparison needs. */
export interface Rounds {
  readonly rounds: number;
  /** ms of each run. */
  readonly ms: number;
  /** ms of warm-up before each server is measured: V8 optimises code that has run some hundred times. */
  readonly warmUpMs: number;
}

/** A condition under which servers are compared. */
export interface Condition {
  readonly part: Part;
  readonly condition: string;
}

/**
 * Measures each server in each round, one after the other, in reverse order in every other round. So what else the machine does affects all
 * servers alike.
 */
export async function interleave<S extends { readonly name: string }>(
  rounds: number,
  { part, condition }: Condition,
  servers: readonly S[],
  run: (server: S) => Promise<Figures>,
): Promise<readonly Row[]> {
  const found = new Map<S, Figures[]>(servers.map((server) => [server, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const server of round % 2 === 1 ? servers : servers.toReversed()) {
      const figures = await run(server);
      process.stderr.write(
        `${part}, ${condition}, ${server.name}, ${round}: ${figures.perSecond.toFixed(0)}/s, p99 ${figures.ackP99.toFixed(1)} ms\n`,
      );
      found.get(server)?.push(figures);
    }
  }
  return [...found].map(([{ name: server }, runs]) => ({ part, condition, server, runs }));
}
