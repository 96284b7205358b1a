import { setTimeout as delay } from 'node:timers/promises';
import mariadb from 'mariadb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { onMysql, type Service, startMariadb } from '../support/services.ts';
import { realStores, type Stores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';
import { type Fleet, startFleet } from './reconnect-fleet.ts';
import { type FullGroup, fillGroup } from './reconnect-people.ts';

const clients = 2_000;
const missed = 50;
// Up to twenty messages a second to each of the thousands of clients, as load on the node.
const betweenSendsMs = 50;
// Starting two nodes and filling a group with thousands of members takes long on two busy cores.
const longMs = 300_000;

const document = `subscription ($after: [PositionInput!]) {
  events(after: $after) {
    __typename
    ... on LogEvent { streamId seq }
    ... on MessageSent { messageEdge { node { id text sentAt sender { id displayName } } } }
    ... on StreamReady { positions { streamId seq epoch } }
  }
}`;

describe('2,000 clients that reconnect at once', () => {
  const open = new AsyncDisposableStack();
  let service: Service;
  let stores: Stores;
  let group: FullGroup;
  let nodes: readonly [NodeProcess, NodeProcess];
  let fleet: Fleet;
  /** The newest entry. */
  let head: number;

  beforeAll(async () => {
    // A private server, so that its counters count nothing else.
    service = open.use(await startMariadb({ args: onMysql ? [] : ['--userstat=1'] }));
    stores = open.use(await realStores({ mysqlUrl: service.url }));
    group = await fillGroup(stores.env['DATABASE_URL'] ?? '', clients);
    const env = { ...stores.env, ...group.env };
    const { one, other } = await allOf(open, { one: startNodeProcess(env), other: startNodeProcess(env) });
    nodes = [one, other];
    head = group.head;
    fleet = open.use(startFleet({ document, streamId: group.conversationId, members: group.members }));
  }, longMs);
  afterAll(() => open.disposeAsync());

  function on(node: NodeProcess): Doings {
    return peopleOf(() => node.url);
  }

  async function say(node: NodeProcess, text: string): Promise<void> {
    ({ seq: head } = await on(node).say(group.owner as Person, group.conversationId, text));
  }

  /**
   * Sends messages, as busy users do, until `over` resolves. Returns how long each waited for its acknowledgement in ms, sorted, the
   * longest last.
   */
  async function sayUntil(over: Promise<unknown>, node: NodeProcess): Promise<readonly number[]> {
    const waits: number[] = [];
    let going = true;
    const end = over.finally(() => {
      going = false;
    });
    // The rejection is reported below, after the send that is under way.
    end.catch(() => undefined);
    while (going) {
      const since = performance.now();
      await say(node, `meanwhile ${waits.length}`);
      waits.push(Math.round(performance.now() - since));
      await delay(betweenSendsMs);
    }
    await end;
    return waits.sort((one, other) => one - other);
  }

  async function rowsRead(table: string): Promise<number> {
    const { hostname, port, pathname } = new URL(stores.env['DATABASE_URL'] ?? '');
    const sql = await mariadb.createConnection({ host: hostname, port: Number(port), user: 'root' });
    const counted = onMysql
      ? 'SELECT COUNT_FETCH AS n FROM performance_schema.table_io_waits_summary_by_table WHERE OBJECT_SCHEMA = ? AND OBJECT_NAME = ?'
      : 'SELECT ROWS_READ AS n FROM information_schema.TABLE_STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?';
    const [row] = await sql.query(counted, [pathname.slice(1), table]);
    await sql.end();
    return Number(row?.n ?? 0);
  }

  function inWords(readyMs: number, waits: readonly number[]): string {
    const [median, p99] = [0.5, 0.99].map((share) => waits[Math.floor(waits.length * share)]);
    return `all ready after ${readyMs} ms; ${waits.length} sends meanwhile waited ${median} ms, 99 % at most ${p99}, the worst ${waits.at(-1)}`;
  }

  it(
    'receive what they missed, once and in order, during other sends, for few reads of the log',
    async ({ annotate }) => {
      for (let n = 0; n < missed; n += 1) await say(nodes[1], `missed ${n}`);
      const before = await rowsRead('Message');
      fleet.tell({ kind: 'connect', url: nodes[0].url });
      const ready = fleet.until({ ready: clients });
      const waits = await sayUntil(ready, nodes[0]);
      const { readyMs, closes } = await fleet.until({ ready: clients, least: head, most: head });
      const read = (await rowsRead('Message')) - before;
      await annotate(`${inWords(readyMs, waits)}; ${read} rows read; closes ${JSON.stringify(closes)}`);
      expect(waits.length).toBeGreaterThan(0);
      expect(read).toBeLessThan((clients * missed) / 10);
    },
    longMs,
  );

  it(
    'resume on the other node when theirs is killed',
    async ({ annotate }) => {
      fleet.tell({ kind: 'hold' });
      await nodes[0].end('SIGKILL');
      await fleet.until({ connected: 0 });
      for (let n = 0; n < missed; n += 1) await say(nodes[1], `missed again ${n}`);
      fleet.tell({ kind: 'connect', url: nodes[1].url });
      const ready = fleet.until({ ready: clients });
      const waits = await sayUntil(ready, nodes[1]);
      const { readyMs, closes } = await fleet.until({ ready: clients, least: head, most: head });
      await annotate(`${inWords(readyMs, waits)}; closes ${JSON.stringify(closes)}`);
      expect(waits.length).toBeGreaterThan(0);
    },
    longMs,
  );
});
