import type { Finding, Report } from './run.ts';

/** A finding as whoever is to mend it needs it. */
export function inWords({ faults, operation, as, before }: Finding): string {
  const asked = operation ? [`as ${as}:`, operation.query, JSON.stringify(operation.variables)] : ['after:', ...before];
  return [...faults.map((fault) => `- ${fault}`), ...asked].join('\n');
}

/** What there was in a run, in a few lines. */
export function summary({ findings, operations, results, outcomes, endings, heard, done }: Report): string {
  const listed = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, n]) => `  ${n} ${name}`)
      .join('\n');
  return `${operations} operations, ${results} results of subscriptions, ${findings.length} findings\n${listed(outcomes)}\nsubscriptions ended:\n${listed(endings)}\nheard of ${Object.keys(heard).length}:\n${listed(heard)}\ndone ${Object.keys(done).length}:\n${listed(done)}`;
}
