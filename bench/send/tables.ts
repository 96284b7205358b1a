import { markdownTable } from '../support/markdown.ts';
import { talkCondition } from './compare-talks.ts';
import type { Figures } from './figures.ts';
import { middle, type Part, type Result, type Row, rowOf, times } from './result.ts';

const titles: Readonly<Record<Part, string>> = {
  store: 'Stored durably, nobody listening',
  most: 'From mutation to all members: the most that goes',
  half: "From mutation to all members: at half of the recipe's most",
  room: 'One room, beside ejabberd',
};

/** The server that each part's servers are compared with. */
const bases: Readonly<Record<Part, string>> = { store: 'naive', most: 'recipe', half: 'recipe', room: 'ejabberd' };

const columns: Readonly<Record<string, readonly [figure: keyof Figures, digits: number]>> = {
  'received p50 ms': ['receiveP50', 1],
  'received p99 ms': ['receiveP99', 1],
  'acknowledged p50 ms': ['ackP50', 1],
  'acknowledged p99 ms': ['ackP99', 1],
  'server µs': ['serverUs', 0],
  'MariaDB µs': ['databaseUs', 0],
  'Redis µs': ['redisUs', 0],
  'server cores': ['serverCores', 2],
  'MariaDB cores': ['databaseCores', 2],
  'load cores': ['loadCores', 2],
  'out of order': ['disordered', 0],
};

function rounded(value: number | undefined, digits: number): string {
  return value === undefined ? '' : value.toFixed(digits);
}

function lineOf(rows: readonly Row[], row: Row): Readonly<Record<string, string>> {
  const { part, condition, server, runs } = row;
  const rates = runs.map(({ perSecond }) => perSecond);
  const figures = Object.entries(columns).map(([title, [figure, digits]]) => [title, rounded(middle(row, figure), digits)]);
  return {
    '': condition,
    server,
    'messages/s': rounded(middle(row, 'perSecond'), 0),
    'from…to': `${Math.min(...rates).toFixed(0)}…${Math.max(...rates).toFixed(0)}`,
    // At half load both are given the same.
    ...(part !== 'half' && { [`× ${bases[part]}`]: rounded(times(row, rowOf(rows, part, condition, bases[part])), 2) }),
    ...(part === 'most' && { '× recipe over HTTP': rounded(times(row, overHttp(rows, condition)), 2) }),
    ...Object.fromEntries(figures),
  };
}

/** The recipe with the same number of members over HTTP, as it is documented. */
function overHttp(rows: readonly Row[], condition: string): Row | undefined {
  return rowOf(rows, 'most', talkCondition(Number.parseInt(condition, 10), 'http'), 'recipe');
}

/** All figures as Markdown: a table for each part, with medians over the rounds. */
export function tablesOf({ rows }: Result): string {
  const parts = (Object.keys(titles) as Part[]).map((part) => {
    const own = rows.filter((row) => row.part === part);
    return own.length === 0 ? '' : `### ${titles[part]}\n\n${markdownTable(withoutEmpty(own.map((row) => lineOf(rows, row))))}\n`;
  });
  return parts.join('');
}

/** Leaves out columns that are empty in every line. */
function withoutEmpty(lines: readonly Readonly<Record<string, string>>[]): readonly Readonly<Record<string, string>>[] {
  const kept = Object.keys(lines[0] ?? {}).filter((column) => lines.some((line) => line[column] !== ''));
  return lines.map((line) => Object.fromEntries(kept.map((column) => [column, line[column] ?? ''])));
}
