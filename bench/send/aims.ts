import { markdownTable } from '../support/markdown.ts';
import { roomCondition } from './compare-rooms.ts';
import { inFlightCondition } from './compare-stores.ts';
import { talkCondition } from './compare-talks.ts';
import type { Transport } from './load-plan.ts';
import { middle, type Result, type Row, rowOf, times } from './result.ts';

/** A goal for how far ahead MPIM should be. */
interface Aim {
  readonly aim: string;
  /** A multiple of the other server's messages per second, or for latencies of its ms. */
  readonly wanted: string;
  readonly reached: number | undefined;
  readonly met: boolean;
}

function atLeast(aim: string, wanted: number, reached: number | undefined): Aim {
  return { aim, wanted: `≥ ${wanted}`, reached, met: (reached ?? 0) >= wanted };
}

function stores(rows: readonly Row[]): readonly Aim[] {
  const wanted = [
    [1, 1],
    [32, 12],
    [256, 25],
  ] as const;
  return wanted.map(([inFlight, least]) => {
    const condition = inFlightCondition(inFlight);
    const reached = times(rowOf(rows, 'store', condition, 'mpim'), rowOf(rows, 'store', condition, 'naive'));
    return atLeast(`stored, ${condition}, × naive`, least, reached);
  });
}

function talks(rows: readonly Row[]): readonly Aim[] {
  const wanted: readonly (readonly [members: number, by: Transport, against: Transport, least: number])[] = [
    [10, 'http', 'http', 8],
    [100, 'http', 'http', 10],
    [10, 'socket', 'http', 12],
    [100, 'socket', 'http', 12],
    [10, 'socket', 'socket', 12],
    [100, 'socket', 'socket', 12],
  ];
  return wanted.map(([members, by, against, least]) => {
    const own = rowOf(rows, 'most', talkCondition(members, by), 'mpim');
    const base = rowOf(rows, 'most', talkCondition(members, against), 'recipe');
    const name = `end to end, ${talkCondition(members, by)}, × recipe over ${against === 'http' ? 'HTTP' : 'the socket'}`;
    return atLeast(name, least, times(own, base));
  });
}

function halves(rows: readonly Row[]): readonly Aim[] {
  const own = rows.filter(({ part, server }) => part === 'half' && server === 'mpim');
  return own.flatMap((row) =>
    (['receiveP50', 'receiveP99'] as const).map((figure) => {
      const base = rowOf(rows, 'half', row.condition, 'recipe');
      const [ms, other] = [middle(row, figure), base && middle(base, figure)];
      const reached = ms === undefined || other === undefined ? undefined : ms / other;
      const name = `received at half load, ${row.condition}, ${figure === 'receiveP50' ? 'p50' : 'p99'} ÷ recipe's`;
      return { aim: name, wanted: '< 1', reached, met: reached !== undefined && reached < 1 };
    }),
  );
}

/** The goals and the figures, as a Markdown table. Goals without measured figures are left out. */
export function aimsOf({ rows }: Result): string {
  const condition = roomCondition(100);
  const room = times(rowOf(rows, 'room', condition, 'mpim'), rowOf(rows, 'room', condition, 'ejabberd'));
  const all = [...stores(rows), ...talks(rows), ...halves(rows), atLeast(`${condition}, × ejabberd`, 3, room)];
  const measured = all.filter(({ reached }) => reached !== undefined);
  return markdownTable(
    measured.map(({ aim, wanted, reached, met }) => ({ aim, wanted, reached: reached?.toFixed(2) ?? '', met: met ? 'yes' : 'no' })),
  );
}
