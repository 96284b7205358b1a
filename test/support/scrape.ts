import type { Node } from '../../gateway/node.ts';

/** The result of one request for metrics. */
export interface Scraped {
  /** Every name with a TYPE line, whether it has a value or not. */
  readonly names: ReadonlySet<string>;
  /** Returns the value of a series, named as Prometheus writes it: `mpim_jobs{kind="X",state="DEAD"}`. Undefined if there is none. */
  value(series: string): number | undefined;
}

/** Returns the URL of a node's metrics. */
export function metricsUrl({ adminUrl }: Pick<Node, 'adminUrl'>): string {
  return new URL('/metrics', adminUrl ?? '').href;
}

/** Reads a node's metrics as Prometheus does. Throws if a line is not in its text format. */
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
