import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNode, type Node } from '../../gateway/node.ts';
import { readConfig } from '../../src/config.ts';
import { socketClient } from '../support/client.ts';
import {
  FollowDocument,
  LeaveGroupDocument,
  RemoveMemberDocument,
  SendMessageDocument,
  SignOutDocument,
} from '../support/generated/graphql.ts';
import { type Listening, listening } from '../support/listening.ts';
import { realStores, type Stores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';

describe('what is done on one node', () => {
  let stores: Stores;
  let nodes: readonly Node[];
  let here: Doings;
  let there: Doings;

  beforeAll(async () => {
    stores = await realStores();
    const env = { PORT: '0', LOG_LEVEL: 'silent', GRAPHIQL: 'false', ADDRESS_ATTEMPTS: '1000000', ...stores.env };
    // A lost publish would be found by the head check: out of the way, so that only the bus can have told.
    const config = readConfig({ ...env, HEAD_CHECK_MS: '600000' });
    nodes = await Promise.all([createNode(config), createNode(config)]);
    const [first, second] = nodes.map(({ url }) => peopleOf(() => url));
    if (first === undefined || second === undefined) throw new Error('two nodes were started');
    [here, there] = [first, second];
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await stores[Symbol.asyncDispose]();
  });

  function listenThere(person: Person): Listening {
    return listening(socketClient(nodes[1]?.url ?? '', person.token), 'events', FollowDocument, {});
  }

  it('ends what a removed member receives on the other, and their next request there', async () => {
    const [ann, ben] = await here.people('ann', 'ben');
    const group = await here.group(ann, ben);
    const events = listenThere(ben);
    await events.ready();
    await here.ask(RemoveMemberDocument, { input: { groupId: group, userId: ben.id } }, ann);
    await here.say(ann, group, 'not for ben');
    const closed = await events.nextOf('ConversationClosed');
    expect(closed).toMatchObject({ conversationId: group, leaveReason: 'REMOVED' });
    const { sendMessage } = await there.ask(
      SendMessageDocument,
      { input: { conversationId: group, clientMessageId: 'late', text: 'hi' } },
      ben,
    );
    expect(sendMessage.errors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'conversationId'] }]);
    // The stream goes on with what is ben's, and with nothing of the group.
    const own = await there.group(ben);
    await there.say(ben, own, 'alone');
    const rest = await events.until((event) => event.__typename === 'MessageSent');
    expect(rest.map((event) => 'streamId' in event && event.streamId)).not.toContain(group);
    events.stop();
  });

  it('closes the sockets of a session that signs out, on the other too, for good', async () => {
    const [ann] = await here.people('ann');
    const events = listenThere(ann);
    await events.ready();
    await here.ask(SignOutDocument, { input: {} }, ann);
    expect((await events.end()).ending).toMatchObject({ how: 'closed', code: 4401 });
    const { errors } = await there.post(LeaveGroupDocument, { input: { groupId: ann.id } }, ann);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('leaves the other sessions of the same person alone', async () => {
    const [ann] = await here.people('ann');
    const other = await there.anotherDevice(ann);
    const events = listenThere(other);
    await events.ready();
    await here.ask(SignOutDocument, { input: {} }, ann);
    expect(await events.nextOf('ViewerChanged')).toBeDefined();
    events.stop();
  });

  it('stores one message of twenty racing duplicates', async () => {
    const [ann, ben] = await here.people('ann', 'ben');
    const group = await here.group(ann, ben);
    const input = { conversationId: group, clientMessageId: 'only-once', text: 'once' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).ask(SendMessageDocument, { input }, ann)),
    );
    expect(new Set(answers.map(({ sendMessage }) => sendMessage.messageEdge?.node.id)).size).toBe(1);
    expect(answers.flatMap(({ sendMessage }) => sendMessage.errors)).toEqual([]);
    expect(await here.say(ann, group, 'next')).toMatchObject({ seq: 4 });
  });
});
