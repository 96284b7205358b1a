import type { Counts, Finding } from './finding.ts';
import type { Report } from './run.ts';

/** Formats a finding for those who have to fix it. */
export function inWords({ faults, operation, as, around }: Finding): string {
  const asked = operation ? [`as ${as}:`, operation.query, JSON.stringify(operation.variables)] : ['around it:', ...around];
  return [...faults.map((fault) => `- ${fault}`), ...asked].join('\n');
}

/** Summarizes a run. */
export function summary({ findings, operations, outcomes, done, heard, endings }: Report): string {
  return [
    `${operations} operations, ${findings.length} findings`,
    ...listed('answered', outcomes),
    ...listed('done', done),
    ...listed('heard', heard),
    ...listed('subscriptions ended', endings),
  ].join('\n');
}

/** Lists counts under a heading. */
export function listed(what: string, counts: Counts): readonly string[] {
  const entries = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return [`${what}: ${entries.length} kinds`, `  ${entries.map(([name, n]) => `${n} ${name}`).join(', ')}`];
}
