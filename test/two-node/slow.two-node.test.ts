import { expect, it } from 'vitest';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { type Person, peopleOf } from '../support/world.ts';
import { type Fleet, startFleet } from './reconnect-fleet.ts';
import { fillGroup } from './reconnect-people.ts';

const healthyClients = 1_000;
const frozenClients = 20;
const messages = 200;
// A message of 4 KB, which the frozen clients select 16 times: 64 KB a frame.
const text = 'x'.repeat(4_000);
const times = 16;
const mib = 1_024 * 1_024;
// The bytes sent to the frozen clients. The kernel buffers about 4 MB for each of their sockets. If the rest were queued, the node would
// grow by over 150 MB.
const sentBytes = frozenClients * messages * times * text.length;
// Each of the 20 sockets holds 256 KB, the frames of one tick, and a few events that are made in advance, as texts and as bytes. The busier
// the machine, the more messages fall into a tick: 28 to 34 MB in all were seen. As much again as a margin.
const mostHeld = 64 * mib;
// The resident memory, in which freed memory stays for a while.
const mostResident = 64 * mib;
// Garbage varies by a hundred MB, so it is collected before each measurement. The bound on queues is what limits memory here, not the
// disconnection of slow clients.
const weighing = `import { setFlagsFromString } from 'node:v8'; import { runInNewContext } from 'node:vm'; setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc'); process.on('SIGUSR2', () => { gc(); gc();
const { rss, heapUsed, external } = process.memoryUsage(); console.error('weighs ' + (heapUsed + external) + ' in ' + rss + ' bytes'); });`;
const env = {
  SOCKET_PING_MS: '600000',
  SLOW_SOCKET_MS: '600000',
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(weighing)}`,
};

function following(fields: string): string {
  return `subscription ($after: [PositionInput!]) {
    events(after: $after) {
      __typename
      ... on LogEvent { streamId seq }
      ... on MessageSent { messageEdge { node { ${fields} } } }
      ... on StreamReady { positions { streamId seq epoch } }
    }
  }`;
}

/** A document of the client's own: a shared payload would be queued only once for all clients. */
function wide(client: number): string {
  return following(Array.from({ length: times }, (_, n) => `c${client}t${n}: text`).join(' '));
}
const narrow = following('id');

/** A node's memory after garbage collection, and its resident memory, in bytes. */
interface Weight {
  readonly held: number;
  readonly resident: number;
}

async function weigh(node: NodeProcess): Promise<Weight> {
  const weighings = () => [...node.output().matchAll(/weighs (\d+) in (\d+) bytes/g)];
  const already = weighings().length;
  node.signal('SIGUSR2');
  await expect.poll(() => weighings().length).toBeGreaterThan(already);
  const [, held, resident] = weighings().at(-1) ?? [];
  return { held: Number(held), resident: Number(resident) };
}

it('while a process of clients is frozen, 1,000 others miss nothing and the node’s memory stays bounded, and it catches up when it thaws', async ({
  annotate,
}) => {
  await using stores = await realStores();
  const group = await fillGroup(stores.env['DATABASE_URL'] ?? '', healthyClients + frozenClients);
  await using node = await startNodeProcess({ ...stores.env, ...group.env, ...env });
  const { conversationId: streamId, members } = group;
  const { say } = peopleOf(() => node.url);
  await using healthy = startFleet({ document: narrow, streamId, members: members.slice(frozenClients) });
  let head = group.head;
  async function sayMany(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) ({ seq: head } = await say(group.owner as Person, streamId, text));
  }
  // These start from the head: the kernel buffers the more for a socket, the more has been read from it.
  const newcomers = members.slice(0, frozenClients).map(({ token }, n) => ({ token, document: wide(n), after: [] }));
  const wideFleet = () => startFleet({ document: narrow, streamId, members: newcomers });
  async function begin(fleet: Fleet, clients: number): Promise<void> {
    fleet.tell({ kind: 'connect', url: node.url });
    await fleet.until({ ready: clients });
  }
  await begin(healthy, healthyClients);
  {
    // The node has allocated what it needs for such readers before it is measured.
    await using reading = wideFleet();
    await begin(reading, frozenClients);
    await sayMany(messages / 2);
    for (const fleet of [healthy, reading]) await fleet.until({ least: head });
  }
  await using frozen = wideFleet();
  await begin(frozen, frozenClients);

  frozen.signal('SIGSTOP');
  const before = await weigh(node);
  const weights: Weight[] = [];
  for (let n = 0; n < messages; n += 50) {
    await sayMany(50);
    weights.push(await weigh(node));
  }
  await healthy.until({ ready: healthyClients, least: head, most: head, closes: {} });
  weights.push(await weigh(node));
  frozen.signal('SIGCONT');
  const { closes } = await frozen.until({ ready: frozenClients, least: head, most: head });
  const held = Math.max(...weights.map((weight) => weight.held)) - before.held;
  const resident = Math.max(...weights.map((weight) => weight.resident)) - before.resident;
  const [heldMib, residentMib, sentMib] = [held, resident, sentBytes].map((bytes) => Math.round(bytes / mib));
  await annotate(
    `the node held ${heldMib} MiB more, in ${residentMib} MiB, with ${sentMib} MiB for the frozen; closes ${JSON.stringify(closes)}`,
  );
  expect(held).toBeLessThan(mostHeld);
  expect(resident).toBeLessThan(mostResident);
}, 180_000);
