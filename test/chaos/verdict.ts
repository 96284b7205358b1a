/** Counts, and times in ms, by name. */
export type Totals = Readonly<Record<string, number>>;

/** The result of a run. */
export interface Verdict<Violation> {
  readonly violations: readonly Violation[];
  /** Faults, totals and violations, for people to read. */
  readonly text: string;
  /** The number of faults of each kind. */
  readonly faults: Totals;
  readonly totals: Totals;
}

/** What a verdict is made of. */
export interface Findings<Violation> {
  /** The kind of each fault. */
  readonly kinds: readonly string[];
  /** What happened to the system, in lines. */
  readonly faultLines: readonly string[];
  readonly totals: Totals;
  readonly violations: readonly Violation[];
  /** Returns the promise that was broken, and where. */
  readonly words: (violation: Violation) => readonly [promise: string, place: string];
  /** Returns the records that explain a violation, the last ones last. */
  readonly around: (violation: Violation) => readonly object[];
}

// More than these would not be read.
const mostViolations = 10;
const recordsBefore = 25;

/** Puts findings together. */
export function verdictOf<Violation extends { readonly at: number }>(findings: Findings<Violation>): Verdict<Violation> {
  const { kinds, faultLines, totals, violations } = findings;
  const text = [
    ...faultLines,
    '',
    ...Object.entries(totals).map(([name, n]) => `${name}: ${n}`),
    '',
    ...violations.slice(0, mostViolations).flatMap((violation) => linesOf(violation, findings)),
    violations.length === 0 ? 'every promise was kept' : `${violations.length} violations`,
  ];
  return { violations, faults: countBy(kinds), totals, text: text.join('\n') };
}

function linesOf<Violation extends { readonly at: number }>(
  violation: Violation,
  { words, around }: Findings<Violation>,
): readonly string[] {
  const [promise, place] = words(violation);
  const records = around(violation).slice(-recordsBefore);
  return [`BROKEN at ${seconds(violation.at)}: ${promise}`, `  ${place}`, ...records.map((record) => `    ${JSON.stringify(record)}`), ''];
}

/** Counts how often each name occurs. */
export function countBy(names: readonly string[]): Totals {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

/** Formats ms as seconds, right-aligned. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}
