import type { Counts, Finding } from './finding.ts';
import type { Report } from './run.ts';

/** A finding as whoever is to mend it needs it. */
export function inWords({ faults, operation, as, around }: Finding): string {
  const asked = operation ? [`as ${as}:`, operation.query, JSON.stringify(operation.variables)] : ['around it:', ...around];
  return [...faults.map((fault) => `- ${fault}`), ...asked].join('\n');
}

/** What there was in a run. */
export function summary({ findings, operations, outcomes, done, heard, endings }: Report): string {
  return [
    `${operations} operations, ${findings.length} findings`,
    ...listed('answered', outcomes),
    ...listed('done', done),
    ...listed('heard', heard),
    ...listed('subscriptions ended', endings),
  ].join('\n');
}

/** How often each was, under a heading. */
export function listed(what: string, counts: Counts): readonly string[] {
  const entries = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return [`${what}: ${entries.length} kinds`, `  ${entries.map(([name, n]) => `${n} ${name}`).join(', ')}`];
}
