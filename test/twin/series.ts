import { mergeCounts } from '../fuzz/finding.ts';
import type { TwinReport } from './run.ts';

// Worlds grow, and their answers with them. After this many operations, the next seed starts with new worlds.
const operations = 600;

/** Runs one seed after the other for this many seconds, and returns the merged report. */
export async function runSeries(
  { seed, seconds }: { readonly seed: number; readonly seconds: number },
  run: (options: { readonly seed: number; readonly operations: number }) => Promise<TwinReport>,
): Promise<TwinReport & { readonly seeds: number }> {
  const endAt = performance.now() + seconds * 1_000;
  let all: TwinReport = { findings: [], operations: 0, outcomes: {}, done: {} };
  let seeds = 0;
  for (; performance.now() < endAt; seeds++) {
    const report = await run({ seed: seed + seeds, operations });
    process.stdout.write(`seed ${seed + seeds}: ${report.operations} operations, ${report.findings.length} findings\n`);
    all = {
      findings: [...all.findings, ...report.findings],
      operations: all.operations + report.operations,
      outcomes: mergeCounts(all.outcomes, report.outcomes),
      done: mergeCounts(all.done, report.done),
    };
  }
  return { ...all, seeds };
}
