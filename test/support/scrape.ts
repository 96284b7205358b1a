import type { Node } from '../../gateway/node.ts';

/** What one request for metrics told. */
export interface Scraped {
  /** Every name that is explained, whether there is a value of it or not. */
  readonly names: ReadonlySet<string>;
  /** The value under this name and these labels, as Prometheus writes them: `mpim_jobs{kind="X",state="DEAD"}`; undefined: there is none. */
  value(series: string): number | undefined;
}

/** Where a node tells its metrics. */
export function metricsUrl({ adminUrl }: Pick<Node, 'adminUrl'>): string {
  return new URL('/metrics', adminUrl ?? '').href;
}

/** Reads what a node tells, as Prometheus does. Throws where a line is not of its text format. */
export async function scrape(node: Pick<Node, 'adminUrl'>, token?: string): Promise<Scraped> {
  const response = await fetch(metricsUrl(node), { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  if (response.status !== 200) throw new Error(`metrics were answered with ${response.status}`);
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  const names = new Set(lines.flatMap((line) => /^# TYPE (\w+) (?:counter|gauge|histogram|summary)$/.exec(line)?.[1] ?? []));
  const values = new Map(
    lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => {
        const [, series, value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
        if (series === undefined || value === undefined || (Number.isNaN(Number(value)) && !/^nan$/i.test(value)))
          throw new Error(`no line of metrics: ${line}`);
        return [series, Number(value)];
      }),
  );
  return { names, value: (series) => values.get(series) };
}
