import { beforeAll, describe, expect, it } from 'vitest';
import {
  ConversationStateDocument,
  LeaveGroupDocument,
  MembersDocument,
  NodeByIdDocument,
  NodesByIdDocument,
  SessionsDocument,
  SignOutDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

/** Ann and Ben have a direct conversation and a group. Cat has left the group. Eve is in neither. */
interface Cast {
  readonly ann: Person;
  readonly ben: Person;
  readonly cat: Person;
  readonly eve: Person;
}
let cast: Cast;

/** The id of one node of each type, by the name that the tests use. */
type Things = Readonly<
  Record<'user' | 'session' | 'direct' | 'group' | 'membership' | 'formerMembership' | 'message' | 'directMessage', string>
>;
let things: Things;

beforeAll(async () => {
  const [ann, ben, cat, eve] = await chat.people('ann', 'ben', 'cat', 'eve');
  cast = { ann, ben, cat, eve };
  const direct = await chat.direct(ann, ben);
  const directMessage = (await chat.say(ann, direct, 'between us')).id;
  const group = await chat.group(ann, ben, cat);
  const message = (await chat.say(ann, group, 'hello all')).id;
  const { conversation } = await chat.ask(MembersDocument, { id: group }, ann);
  const membershipOf = (person: Person) => conversation?.members.edges.find(({ node }) => node.user.id === person.id)?.node.id;
  const session = given((await chat.ask(SessionsDocument, {}, ann)).viewer?.sessions[0], []).id;
  await chat.ask(LeaveGroupDocument, { input: { groupId: group } }, cat);
  things = {
    ...{ user: ann.id, session, direct, group, message, directMessage },
    ...{ membership: given(membershipOf(ben), []), formerMembership: given(membershipOf(cat), []) },
  };
});

async function node(id: string, as: Person) {
  return (await chat.ask(NodeByIdDocument, { id }, as)).node;
}

describe('a node', () => {
  it('is shown by its id to users who may see it', async () => {
    const { ann, ben } = cast;
    expect(await node(things.user, ben)).toEqual({ __typename: 'User', id: ann.id, handle: ann.handle });
    expect(await node(things.session, ann)).toEqual({
      ...{ __typename: 'Session', id: things.session, deviceName: 'unknown device', viewerIsCurrent: true },
    });
    expect(await node(things.direct, ben)).toEqual({
      ...{ __typename: 'DirectConversation', id: things.direct, lastSeq: 1, memberCount: 2, viewerPeer: { id: ann.id } },
    });
    expect(await node(things.group, ben)).toEqual({ __typename: 'Group', id: things.group, lastSeq: 5, memberCount: 2, name: 'The group' });
    expect(await node(things.membership, ann)).toEqual({
      ...{ __typename: 'Membership', id: things.membership, role: 'MEMBER', user: { id: ben.id }, conversation: { id: things.group } },
    });
    expect(await node(things.message, ben)).toEqual({
      ...{ __typename: 'Message', id: things.message, seq: 4, text: 'hello all', conversation: { id: things.group } },
    });
  });

  it.each<readonly [keyof Things, readonly (keyof Cast)[]]>([
    ['user', ['ann', 'ben', 'cat', 'eve']],
    ['session', ['ann']],
    ['direct', ['ann', 'ben']],
    ['directMessage', ['ann', 'ben']],
    ['group', ['ann', 'ben']],
    ['membership', ['ann', 'ben']],
    ['message', ['ann', 'ben']],
    ['formerMembership', []],
  ])('%s is seen by %j and nobody else', async (name, seers) => {
    const sees = async (person: keyof Cast) => (await node(things[name], cast[person])) !== null;
    const names = ['ann', 'ben', 'cat', 'eve'] as const;
    const seen = await Promise.all(names.map(async (person) => ((await sees(person)) ? [person] : [])));
    expect(seen.flat()).toEqual(seers);
    expect(refusals((await chat.post(NodeByIdDocument, { id: things[name] })).errors)).toEqual(['UNAUTHENTICATED']);
  });

  it('that the viewer may not see is null, like one that does not exist', async () => {
    const absent = ['User:9000000000', 'Conversation:9000000000', 'Message:9000000000:1', 'Membership:9000000000:1'].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    const { eve } = cast;
    const answers = await Promise.all(
      [...absent, things.direct, things.group, things.message, things.membership, things.session].map((id) =>
        chat.post(NodeByIdDocument, { id }, eve),
      ),
    );
    for (const answer of answers) expect(answer).toEqual({ status: 200, data: { node: null } });
  });

  it('for a session is null once the session has ended', async () => {
    const { ann } = cast;
    const desk = await chat.anotherDevice(ann);
    const { viewer } = await chat.ask(SessionsDocument, {}, desk);
    const id = given(
      viewer?.sessions.find(({ viewerIsCurrent }) => viewerIsCurrent),
      [],
    ).id;
    expect(await node(id, ann)).toMatchObject({ id, viewerIsCurrent: false });
    await chat.ask(SignOutDocument, { input: {} }, desk);
    expect(await node(id, ann)).toBeNull();
  });

  it('is refused for a malformed id, or another spelling of one', async () => {
    const { ann } = cast;
    const spellings = [
      '',
      'x',
      `${ann.id}=`,
      ` ${ann.id}`,
      Buffer.from('Rocket:1').toString('base64url'),
      Buffer.from('User:0').toString('base64url'),
    ];
    for (const id of spellings) {
      expect(refusals((await chat.post(NodeByIdDocument, { id }, ann)).errors)).toEqual(['BAD_USER_INPUT id']);
    }
  });
});

describe('nodes', () => {
  it('come in the order of the ids, with null for those that the viewer may not see', async () => {
    const { ben } = cast;
    const ids = [things.message, things.session, things.user, things.group, things.message];
    const { nodes } = await chat.ask(NodesByIdDocument, { ids }, ben);
    expect(nodes.map((found) => found?.id ?? null)).toEqual([things.message, null, things.user, things.group, things.message]);
  });

  it('can be none or up to a hundred at once', async () => {
    const { ann } = cast;
    expect(await chat.ask(NodesByIdDocument, { ids: [] }, ann)).toEqual({ nodes: [] });
    const { nodes } = await chat.ask(NodesByIdDocument, { ids: Array.from({ length: 100 }, () => things.message) }, ann);
    expect(nodes.filter((found) => found?.id === things.message).length).toBe(100);
    const { errors } = await chat.post(NodesByIdDocument, { ids: Array.from({ length: 101 }, () => things.message) }, ann);
    expect(refusals(errors)).toEqual(['BAD_USER_INPUT ids']);
  });

  it('are refused by the position of a malformed id', async () => {
    const { errors } = await chat.post(NodesByIdDocument, { ids: [things.user, 'x'] }, cast.ann);
    expect(refusals(errors)).toEqual(['BAD_USER_INPUT ids.1']);
  });
});

it('an object has the same id wherever it is shown', async () => {
  const { ann, ben } = cast;
  const { conversation } = await chat.ask(ConversationStateDocument, { id: things.group }, ben);
  expect(conversation?.viewerMembership?.id).toBe(things.membership);
  expect(conversation?.viewerLastMessage?.id).toBe(things.message);
  expect((await chat.ask(SessionsDocument, {}, ann)).viewer?.sessions.map(({ id }) => id)).toContain(things.session);
});
