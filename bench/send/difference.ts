import { readFile } from 'node:fs/promises';
import { markdownTable } from '../support/markdown.ts';
import type { Figures } from './figures.ts';
import { middle, type Result, type Row, rowOf } from './result.ts';

const compared: Readonly<Record<string, keyof Figures>> = {
  'messages/s': 'perSecond',
  'acknowledged p50 ms': 'ackP50',
  'acknowledged p99 ms': 'ackP99',
  'received p50 ms': 'receiveP50',
  'received p99 ms': 'receiveP99',
  'server µs': 'serverUs',
  'MariaDB µs': 'databaseUs',
};

async function readResult(path: string): Promise<Result> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function change(before: Row, after: Row, figure: keyof Figures): string {
  const [then, now] = [middle(before, figure), middle(after, figure)];
  if (then === undefined || now === undefined) return '';
  const digits = now < 100 ? 1 : 0;
  return `${then.toFixed(digits)} → ${now.toFixed(digits)} (${(now / then).toFixed(2)})`;
}

/** The rows that two results have in common, as a Markdown table: each figure before, after, and their ratio. */
export async function differenceOf(before: string, after: string): Promise<string> {
  const [{ rows: old }, { rows }] = [await readResult(before), await readResult(after)];
  const lines = rows.flatMap((row) => {
    const then = rowOf(old, row.part, row.condition, row.server);
    if (then === undefined) return [];
    const changes = Object.entries(compared).map(([title, figure]) => [title, change(then, row, figure)]);
    return [{ part: row.part, '': row.condition, server: row.server, ...Object.fromEntries(changes) }];
  });
  return markdownTable(lines);
}
