import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { askAdmin } from '../support/admin-caller.ts';
import { runAdmin } from '../support/admin-command.ts';
import { SendMessageDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { refusals } from '../support/refusal.ts';
import { type Person, peopleOf } from '../support/world.ts';
import { deployment } from './deployment.ts';

const deployed = deployment();
const { here, ways } = deployed;

let admin: Person;
let ben: Person;
let conversationId: string;

beforeAll(async () => {
  const [ann, other] = await here.people('ann', 'ben');
  expect(await runAdmin(deployed.env, 'grant', ann.handle)).toMatchObject({ code: 0 });
  admin = await here.anotherDevice(ann);
  ben = other;
  conversationId = await here.group(ann, ben);
});

async function ask(document: string, input: object, { adminUrl } = deployed.hereNode) {
  const { data, errors } = await askAdmin(adminUrl, document, { input }, admin);
  expect(errors).toBeUndefined();
  return data as Readonly<Record<string, { readonly errors: readonly { readonly code: string }[] }>>;
}

async function forbid(word: string, node?: NodeProcess): Promise<void> {
  const document = 'mutation ($input: SetBlockedWordsInput!) { setBlockedWords(input: $input) { errors { code } } }';
  expect(await ask(document, { name: 'list', words: [word] }, node)).toEqual({ setBlockedWords: { errors: [] } });
}

/** Sends a text on a node, and returns the outcome. */
async function outcome({ url }: NodeProcess, text: string): Promise<string> {
  const input = { conversationId, clientMessageId: randomUUID(), text };
  return refusals((await peopleOf(() => url).ask(SendMessageDocument, { input }, ben)).sendMessage.errors)[0] ?? 'DONE';
}

const refused = 'INVALID_INPUT input.text';

describe.each(Object.values(ways))('a word list, $name', (way) => {
  it('that is changed on one node takes effect there at once, and on the other soon', async () => {
    await forbid('fox');
    await expect.poll(() => outcome(way.there(), 'a fox')).toBe(refused);
    await way.begin();
    try {
      await forbid('badger');
      expect(await outcome(deployed.hereNode, 'a badger')).toBe(refused);
      await expect.poll(() => outcome(way.there(), 'a badger')).toBe(refused);
      expect(await outcome(way.there(), 'a fox')).toBe('DONE');
      await way.felt();
    } finally {
      await way.end();
    }
  });
});

describe('word lists on several nodes', () => {
  it('take effect on another node within a second', async () => {
    await forbid('fox');
    await expect.poll(() => outcome(deployed.trusting, 'a fox')).toBe(refused);
    const delays: number[] = [];
    for (const word of ['one', 'two', 'three', 'four', 'five']) {
      await forbid(word);
      const start = performance.now();
      await expect.poll(() => outcome(deployed.trusting, word), { interval: 5 }).toBe(refused);
      delays.push(performance.now() - start);
    }
    // The best of five: on a busy machine, a single delay says nothing about the bus.
    expect(Math.min(...delays)).toBeLessThan(1_000);
  });

  it('that were changed while Redis was away take effect everywhere once it is back', async () => {
    await forbid('fox');
    await expect.poll(() => outcome(deployed.trusting, 'a fox')).toBe(refused);
    await ways.redisGone.begin();
    try {
      await forbid('owl');
      expect(await outcome(deployed.hereNode, 'an owl')).toBe(refused);
      expect(await outcome(deployed.trusting, 'an owl')).toBe('DONE');
    } finally {
      await ways.redisGone.end();
    }
    await expect.poll(() => outcome(deployed.trusting, 'an owl')).toBe(refused);
  });

  it('are changed from the command line', async () => {
    expect(await runAdmin(deployed.env, 'words', 'set', 'list', '--off')).toMatchObject({ code: 0, errors: '' });
    await expect
      .poll(() => Promise.all([outcome(deployed.hereNode, 'an owl'), outcome(deployed.trusting, 'an owl')]))
      .toEqual(['DONE', 'DONE']);
    expect(await runAdmin(deployed.env, 'words', 'set', 'list', '--on')).toMatchObject({ code: 0, errors: '' });
    await expect
      .poll(() => Promise.all([outcome(deployed.hereNode, 'an owl'), outcome(deployed.trusting, 'an owl')]))
      .toEqual([refused, refused]);
  });

  it('take effect on a node that starts later, from its first answer on', async () => {
    await forbid('owl');
    await using later = await startNodeProcess(deployed.env);
    expect(await outcome(later, 'an owl')).toBe(refused);
  });
});

describe('a report that two admins resolve at once, on different nodes', () => {
  it('is resolved by one of them, and the removed message is recalled on both nodes', async () => {
    const { id: messageId } = await here.say(admin, conversationId, 'something bad');
    const [ear, far] = [await deployed.listen(deployed.hereNode, ben), await deployed.listen(deployed.trusting, ben)];
    const report = 'mutation ($input: ReportMessageInput!) { reportMessage(input: $input) { errors { code } } }';
    const response = await fetch(`${deployed.trusting.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ben.token}` },
      body: JSON.stringify({ query: report, variables: { input: { messageId, reason: 'HATE' } } }),
    });
    expect(await response.json()).toEqual({ data: { reportMessage: { errors: [] } } });
    const queue = '{ moderationQueue { edges { node { id message { id } } } } }';
    const { data } = await askAdmin(deployed.hereNode.adminUrl, queue, {}, admin);
    const { edges } = (data as { moderationQueue: { edges: readonly { node: { id: string; message: { id: string } } }[] } })
      .moderationQueue;
    const itemId = edges.find(({ node }) => node.message.id === messageId)?.node.id ?? '';
    const resolve = 'mutation ($input: ResolveReportInput!) { resolveReport(input: $input) { errors { code } } }';
    const decide = (node: NodeProcess, note: string) =>
      ask(resolve, { itemId, action: 'REMOVE_MESSAGE', note }, node).then(({ resolveReport }) =>
        resolveReport?.errors.map(({ code }) => code),
      );
    const outcomes = await Promise.all([decide(deployed.hereNode, 'mine'), decide(deployed.trusting, 'no, mine')]);
    expect(outcomes.toSorted()).toEqual([[], ['CONFLICT']]);
    for (const one of [ear, far]) await one.hear(({ __typename }) => __typename === 'MessageRecalled');
  });
});
