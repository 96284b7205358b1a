import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { askAdmin } from '../support/admin-caller.ts';
import { runAdmin } from '../support/admin-command.ts';
import { SendMessageDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { randomFrom } from '../support/random.ts';
import { type Service, startRedis } from '../support/services.ts';
import { realStores } from '../support/stores.ts';
import { type Person, peopleOf } from '../support/world.ts';
import { answers, type Behaviour, breaksOff, hangs, once, type Receiver, receiver, takes } from '../webhook/receiver.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

const open = new AsyncDisposableStack();
let env: Readonly<Record<string, string>>;
let redis: Service;
const nodes: [NodeProcess, NodeProcess] = [] as never;
let [ann, admin]: Person[] = [];
let app: Receiver;
let webhookId = '';

beforeAll(async () => {
  const stores = open.use(await realStores());
  // A private Redis, because it is killed.
  redis = open.use(await startRedis());
  env = {
    ...{ ...stores.env, REDIS_URL: redis.url, ADDRESS_ATTEMPTS: '1000000' },
    ...{ WEBHOOK_TIMEOUT_MS: '300', WORKER_VISIBILITY_MS: '1000', WORKER_POLL_MS: '50', JOB_POLL_MS: '100', NODE_LEASE_MS: '1000' },
  };
  const { one, other } = await allOf(open, { one: startNodeProcess(env), other: startNodeProcess(env) });
  [nodes[0], nodes[1]] = [one, other];
  const here = peopleOf(() => nodes[0].url);
  const people = await here.people('ann', 'admin');
  ann = people[0];
  expect(await runAdmin(env, 'grant', people[1].handle)).toMatchObject({ code: 0 });
  admin = await here.anotherDevice(people[1]);
  app = open.use(await receiver());
  const made = await operate('createWebhook', `url: "${app.url}", events: [MessageSent]`, 'webhook { id } secret');
  webhookId = (made['webhook'] as { readonly id: string }).id;
  app.knows(String(made['secret']));
});
afterAll(() => open.disposeAsync());

/** Runs an operator's mutation on a node. */
async function operate(name: string, input: string, asks: string, node = nodes[0]): Promise<Readonly<Record<string, unknown>>> {
  const answer = await askAdmin(node.adminUrl, `mutation { ${name}(input: { ${input} }) { ${asks} errors { code message } } }`, {}, admin);
  expect(answer).toMatchObject({ data: { [name]: { errors: [] } } });
  return answer.data?.[name] as Readonly<Record<string, unknown>>;
}

/** Sends a message on one node or, if that fails, on the other, with the same id. */
async function say(conversationId: string, text: string): Promise<void> {
  const input = { conversationId, text, clientMessageId: randomUUID() };
  for (let tries = 0; tries < 20; tries += 1) {
    const { url } = nodes[tries % 2] ?? nodes[0];
    const answer = await peopleOf(() => url)
      .ask(SendMessageDocument, { input }, ann)
      .catch(() => null);
    if (answer?.sendMessage.messageEdge) return;
  }
  throw new Error('neither node takes it');
}

/** Kills a node in the middle of its work, and starts another in its place. */
async function replace(place: 0 | 1): Promise<void> {
  await nodes[place].end('SIGKILL');
  nodes[place] = open.use(await startNodeProcess(env));
}

describe(`an app that fails in every way, while workers and Redis are killed (SEED=${seed})`, () => {
  it('receives everything at least once, in order for each conversation, under ids that identify repetitions', async () => {
    const random = randomFrom(seed);
    const pick = <T>(things: readonly T[]): T => things[Math.floor(random() * things.length)] as T;
    const ways: readonly Behaviour[] = [takes, takes, answers(500), answers(429), breaksOff, hangs];
    const here = peopleOf(() => nodes[0].url);
    const groups = await Promise.all(Array.from({ length: 5 }, () => here.group(ann as Person)));
    const said = new Map<string, string[]>(groups.map((group) => [group, []]));
    app.behaves((response, taken) => pick(ways)(response, taken));
    const faults: Readonly<Record<number, () => Promise<unknown>>> = {
      15: () => replace(0),
      30: () => redis.kill(),
      40: () => redis.restart(),
      50: () => app.die(),
      60: () => replace(1),
      70: () => app.back(),
      75: () => operate('enableWebhook', `webhookId: "${webhookId}", missed: true`, 'webhook { id }'),
    };
    for (let step = 0; step < 90; step += 1) {
      await faults[step]?.();
      const group = pick(groups);
      await say(group, `${step}`);
      said.get(group)?.push(`${step}`);
    }
    app.behaves(takes);
    // Its webhook is paused for minutes by now: an operator re-enables it.
    const told = async (): Promise<number> => {
      await operate('enableWebhook', `webhookId: "${webhookId}", missed: true`, 'webhook { id }');
      return once(app.calls).length;
    };
    await expect.poll(told, { timeout: 150_000, interval: 500 }).toBe(90);
    for (const [group, texts] of said) {
      const own = once(app.calls).filter(({ data }) => data.conversation?.id === group);
      expect(own.map(({ data }) => data.messageEdge?.node.text)).toEqual(texts);
    }
    expect(app.forged).toEqual([]);
    // Nodes are restarted, which takes seconds on two busy cores.
  }, 300_000);

  it('receives nothing of later messages once its webhook is deleted, from any node', async () => {
    const group = await peopleOf(() => nodes[0].url).group(ann as Person);
    await operate('deleteWebhook', `webhookId: "${webhookId}"`, 'deletedId');
    const other = open.use(await receiver());
    const made = await operate('createWebhook', `url: "${other.url}", events: [MessageSent]`, 'webhook { id } secret', nodes[1]);
    other.knows(String(made['secret']));
    await say(group, 'after');
    await other.until(1);
    // Earlier deliveries, or their retries, may still arrive.
    expect(app.calls.filter(({ data }) => data.conversation?.id === group)).toEqual([]);
  });
});

describe('the app that is asked before a send', () => {
  it('is asked by every node soon after operators set it, and by none after they remove it', async () => {
    const group = await peopleOf(() => nodes[0].url).group(ann as Person);
    await operate('setBeforeSend', `url: "${app.url}", onFailure: REFUSE`, 'secret').then(({ secret }) => app.knows(String(secret)));
    const reason = 'Not here.';
    app.behaves((response) => void response.end(JSON.stringify({ allow: false, reason })));
    const refusedBy = async (node: NodeProcess): Promise<string | undefined> => {
      const input = { conversationId: group, text: 'hello', clientMessageId: randomUUID() };
      const { sendMessage } = await peopleOf(() => node.url).ask(SendMessageDocument, { input }, ann);
      return sendMessage.errors[0]?.message;
    };
    expect(await refusedBy(nodes[0])).toBe(reason);
    await expect.poll(() => refusedBy(nodes[1]), { timeout: 2_000 }).toBe(reason);
    await operate('removeBeforeSend', `url: "${app.url}"`, 'removed', nodes[1]);
    expect(await refusedBy(nodes[1])).toBeUndefined();
    await expect.poll(() => refusedBy(nodes[0]), { timeout: 2_000 }).toBeUndefined();
  });
});
