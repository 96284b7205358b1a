import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { type Person, peopleOf } from '../support/world.ts';
import { startFleet } from './reconnect-fleet.ts';
import { fillGroup } from './reconnect-people.ts';

const healthyClients = 1_000;
const frozenClients = 20;
const messages = 300;
// A message of 4 KB, which the frozen clients ask for 16 times over: 64 KB a frame.
const text = 'x'.repeat(4_000);
const times = 16;
const mib = 1_024 * 1_024;
// What is sent to the frozen ones. The kernel takes some 6 MB for each of their sockets; were the rest queued, the node would grow by over 200 MB.
const sentBytes = frozenClients * messages * times * text.length;
// 20 sockets hold at most 256 KB and what one tick gathers, 8 MB together; the rest is what V8 lets lie until it collects.
const mostGrowth = 64 * mib;

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

const wide = following(Array.from({ length: times }, (_, n) => `t${n}: text`).join(' '));
const narrow = following('id');

/** Resident memory of a process, in bytes. */
async function residentBytes(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
}

it('a process of clients that is frozen costs 1,000 others nothing and the node no memory, and has all when it thaws', async ({ annotate }) => {
  await using stores = await realStores();
  const group = await fillGroup(stores.env['DATABASE_URL'] ?? '', healthyClients + frozenClients);
  await using node = await startNodeProcess({ ...stores.env, ...group.env });
  const { conversationId: streamId, members } = group;
  const { say } = peopleOf(() => node.url);
  await using healthy = startFleet({ document: narrow, streamId, members: members.slice(frozenClients) });
  await using frozen = startFleet({ document: wide, streamId, members: members.slice(0, frozenClients) });
  let head = group.head;
  async function sayMany(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) ({ seq: head } = await say(group.owner as Person, streamId, text));
  }
  for (const fleet of [healthy, frozen]) fleet.tell({ kind: 'connect', url: node.url });
  await healthy.until({ ready: healthyClients });
  await frozen.until({ ready: frozenClients });
  // Once with everybody awake: what the node needs anyway is there.
  await sayMany(messages / 4);
  for (const fleet of [healthy, frozen]) await fleet.until({ least: head });

  frozen.signal('SIGSTOP');
  const before = await residentBytes(node.pid);
  let most = before;
  for (let n = 0; n < messages; n += 20) {
    await sayMany(20);
    most = Math.max(most, await residentBytes(node.pid));
  }
  await healthy.until({ ready: healthyClients, least: head, most: head, closes: {} });
  most = Math.max(most, await residentBytes(node.pid));
  frozen.signal('SIGCONT');
  const { closes } = await frozen.until({ ready: frozenClients, least: head, most: head });
  const [grown, sent] = [most - before, sentBytes].map((bytes) => Math.round(bytes / mib));
  await annotate(`the node grew by ${grown} MiB from ${Math.round(before / mib)}, with ${sent} MiB for the frozen; closes ${JSON.stringify(closes)}`);
  expect(most - before).toBeLessThan(mostGrowth);
}, 120_000);
