import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createNode, type Node } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import { prepare } from '../fuzz/ground.ts';
import { type Answer, send } from '../fuzz/sender.ts';
import { runAdmin } from '../support/admin-command.ts';
import { cheapPasswords } from '../support/cheap-passwords.ts';
import { socketClient } from '../support/client.ts';
import { FollowDocument, RefreshTokenDocument, ScheduleMessageDocument, SendMessageDocument } from '../support/generated/graphql.ts';
import { inWords, type Listening, listening } from '../support/listening.ts';
import { given, type Person, peopleOf } from '../support/world.ts';
import { lookAround } from '../twin/look.ts';
import { type Receiver, receiver } from '../webhook/receiver.ts';
import { freshPlaces, type Places } from './places.ts';

// Without a worker, pending work stays pending until the test starts one.
const idle = { ROLES: 'gateway', JOB_POLL_MS: '60000', ADDRESS_ATTEMPTS: '1000000', OPERATIONS_PER_SECOND: '0' };
// Usually not yet due when it is transferred, and soon enough to wait for.
const laterMs = 3_000;

function lookAs(node: Pick<Node, 'url'>, { token }: Pick<Person, 'token'>): Promise<Answer> {
  return send(`${node.url}/graphql`, lookAround, token);
}

/** Runs an embedded node on which users do much of what is possible. Resolves to what they had when it stopped. */
async function liveEmbedded(places: Places, app: Receiver) {
  await using ground = await prepare({
    stores: { env: { DATA_DIR: places.dataDir }, [Symbol.asyncDispose]: async () => undefined },
    lore: { learn: () => undefined },
    env: idle,
    tell: (line) => expect.fail(line),
  });
  const doings = peopleOf(() => ground.node.url);
  const { webhook, secret } = await ground.node.chat.webhooks.create({ url: app.url, description: '', events: ['MessageSent'] });
  app.knows(secret);
  const [ann, ben] = await doings.people('ann', 'ben');
  const groupId = await doings.group(ann, ben);
  await doings.say(ben, groupId, 'seen');
  const positions = await doings.positions(ann);
  const request = { conversationId: groupId, clientMessageId: randomUUID(), text: 'missed one' };
  const { sendMessage } = await doings.ask(SendMessageDocument, { input: request }, ben);
  const sent = given(sendMessage.messageEdge, sendMessage.errors).node;
  const missed = await doings.say(ben, groupId, 'missed two');
  const sendAt = new Date(Date.now() + laterMs).toISOString();
  const later = { conversationId: groupId, clientMessageId: randomUUID(), text: 'said later', sendAt };
  const { scheduleMessage } = await doings.ask(ScheduleMessageDocument, { input: later }, ben);
  given(scheduleMessage.scheduledMessageEdge, scheduleMessage.errors);
  const all = [...ground.people, ann, ben];
  const had = await Promise.all(all.map(async (person) => ({ person, answer: await lookAs(ground.node, person) })));
  return { ann, ben, groupId, positions, request, sent, missed, had, webhookId: webhook.id };
}

describe('a transferred deployment', () => {
  let places: Places;
  let app: Receiver;
  let before: Awaited<ReturnType<typeof liveEmbedded>>;
  let node: Node;
  const open = new AsyncDisposableStack();
  const doings = peopleOf(() => node.url);

  function start(env: Readonly<Record<string, string>>): Promise<Node> {
    const { DATA_DIR: _, ...real } = places.env;
    const usual = { PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'error', GRAPHIQL: 'false', REDIS_URL: inject('redisUrl') };
    return createNode(readConfig({ ...usual, ...real, ...env }), { passwordCost: cheapPasswords });
  }

  beforeAll(async () => {
    places = open.use(await freshPlaces());
    app = open.use(await receiver());
    before = await liveEmbedded(places, app);
    const { code, errors } = await runAdmin(places.env, 'transfer');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    node = open.use(await start(idle));
  });
  afterAll(() => open.disposeAsync());

  function listen(person: Person, after: typeof before.positions): Listening {
    const client = socketClient(node.url, person.token);
    return listening(client, 'events', FollowDocument, { after });
  }

  it('shows all users, with their tokens from before, what they had before', async () => {
    expect(before.had.length).toBeGreaterThan(5);
    for (const { person, answer } of before.had) {
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toMatchObject({ viewer: { user: { id: person.id } } });
      const { data } = await lookAs(node, person);
      expect(data, person.handle).toEqual(answer.data);
    }
  });

  it('gives a client with positions from before each missed entry once, and continues with the next seq', async () => {
    const { ann, ben, positions, groupId, missed } = before;
    const events = listen(ann, positions);
    const replayed = (await events.ready()).map(inWords);
    expect(replayed).toEqual([`MessageSent ${missed.seq - 1} missed one`, `MessageSent ${missed.seq} missed two`, 'StreamReady']);
    expect((await doings.say(ben, groupId, 'said anew')).seq).toBe(missed.seq + 1);
    expect(inWords(await events.nextOf('MessageSent'))).toBe(`MessageSent ${missed.seq + 1} said anew`);
    events.stop();
  });

  it('finds a message from before when it is sent again', async () => {
    const { sendMessage } = await doings.ask(SendMessageDocument, { input: before.request }, before.ben);
    expect(given(sendMessage.messageEdge, sendMessage.errors).node).toMatchObject({ id: before.sent.id, seq: before.sent.seq });
  });

  it('accepts refresh tokens from before', async () => {
    const { refreshToken } = await doings.ask(RefreshTokenDocument, { input: { refreshToken: before.ann.refreshToken } });
    expect(refreshToken.errors).toEqual([]);
    expect(refreshToken.viewer?.user.id).toBe(before.ann.id);
  });

  it('does pending work: webhooks are called for messages from before, and scheduled messages are sent', async () => {
    const events = listen(before.ann, await doings.positions(before.ann));
    await events.ready();
    await using _worker = await start({ ROLES: 'worker', JOB_POLL_MS: '200', WORKER_POLL_MS: '200' });
    expect(inWords(await events.nextOf('MessageSent'))).toMatch(/^MessageSent \d+ said later$/);
    events.stop();
    const told = () => app.calls.map(({ data }) => data.messageEdge?.node.text);
    await expect.poll(told).toEqual(expect.arrayContaining(['seen', 'missed one', 'missed two', 'said anew', 'said later']));
    expect(app.forged).toEqual([]);
  });
});
