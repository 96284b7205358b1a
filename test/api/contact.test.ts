import { expect, it } from 'vitest';
import {
  AcquaintanceDocument,
  AnswerContactRequestDocument,
  CancelContactRequestDocument,
  ContactNodesDocument,
  type ContactPartsFragment,
  type ContactRequestPartsFragment,
  ContactRequestsDocument,
  ContactsDocument,
  type FollowedFragment,
  RemoveContactDocument,
  RequestContactDocument,
  type RequestDirection,
  UpdateContactDocument,
} from '../support/generated/graphql.ts';
import type { Listening } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function request(as: Person, to: { readonly id: string }, note?: string | null) {
  return (await chat.ask(RequestContactDocument, { input: { userId: to.id, note } }, as)).requestContact;
}

async function requestId(as: Person, to: Person): Promise<string> {
  const { contactRequestEdge, errors } = await request(as, to);
  return given(contactRequestEdge, errors).node.id;
}

async function answer(as: Person, id: string, accept: boolean) {
  return (await chat.ask(AnswerContactRequestDocument, { input: { requestId: id, accept } }, as)).answerContactRequest;
}

async function cancel(as: Person, id: string) {
  return (await chat.ask(CancelContactRequestDocument, { input: { requestId: id } }, as)).cancelContactRequest;
}

async function rename(as: Person, contactId: string, alias?: string | null) {
  return (await chat.ask(UpdateContactDocument, { input: { contactId, alias } }, as)).updateContact;
}

async function remove(as: Person, other: { readonly id: string }) {
  return (await chat.ask(RemoveContactDocument, { input: { userId: other.id } }, as)).removeContact;
}

async function befriend(one: Person, other: Person): Promise<string> {
  const { contactEdge, errors } = await answer(other, await requestId(one, other), true);
  given(contactEdge, errors);
  return given((await acquaintance(one, other)).viewerContact, []).id;
}

async function acquaintance(as: Person, other: Person) {
  return given((await chat.ask(AcquaintanceDocument, { handle: other.handle }, as)).user, []);
}

async function contacts(as: Person, page: { readonly first?: number | null; readonly after?: string | null } = {}) {
  return given((await chat.ask(ContactsDocument, page, as)).viewer, []).contacts;
}

async function requests(
  as: Person,
  direction: RequestDirection,
  page: { readonly first?: number | null; readonly after?: string | null } = {},
) {
  return given((await chat.ask(ContactRequestsDocument, { direction, ...page }, as)).viewer, []).contactRequests;
}

async function nodes(as: Person, ...ids: readonly string[]) {
  return (await chat.ask(ContactNodesDocument, { ids }, as)).nodes;
}

it('a contact begins with a request that both users see and nobody else', async () => {
  const [ann, ben, carl] = await chat.people('ann', 'ben', 'carl');
  const { contactRequestEdge, contactEdge, errors } = await request(ann, ben, 'Hello 👋');
  expect({ contactEdge, errors }).toEqual({ contactEdge: null, errors: [] });
  const edge = given(contactRequestEdge, []);
  expect(edge.node).toMatchObject({ from: { id: ann.id }, to: { id: ben.id }, note: 'Hello 👋' });
  expect(await requests(ann, 'OUTGOING')).toMatchObject({ totalCount: 1, edges: [edge] });
  expect(await requests(ann, 'INCOMING')).toMatchObject({ totalCount: 0, edges: [] });
  expect(await requests(ben, 'INCOMING')).toMatchObject({ totalCount: 1, edges: [{ node: edge.node }] });
  expect((await acquaintance(ann, ben)).viewerContactRequest).toEqual(edge.node);
  expect((await acquaintance(ben, ann)).viewerContactRequest).toEqual(edge.node);
  expect((await acquaintance(carl, ann)).viewerContactRequest).toBeNull();
  const node = { __typename: 'ContactRequest', ...edge.node };
  expect([await nodes(ann, edge.node.id), await nodes(ben, edge.node.id), await nodes(carl, edge.node.id)]).toEqual([
    [node],
    [node],
    [null],
  ]);
});

it('a contact exists for both users once the request is accepted, each with their own node', async () => {
  const [ann, ben, carl] = await chat.people('ann', 'ben', 'carl');
  const id = await requestId(ann, ben);
  const { contactRequestId, contactEdge, errors } = await answer(ben, id, true);
  expect({ contactRequestId, errors }).toEqual({ contactRequestId: id, errors: [] });
  const bens = given(contactEdge, []);
  expect(bens.node).toMatchObject({ user: { id: ann.id }, alias: null });
  expect((await contacts(ben)).edges).toEqual([bens]);
  const anns = given((await contacts(ann)).edges[0]?.node, []);
  expect(anns).toMatchObject({ user: { id: ben.id }, since: bens.node.since });
  expect(anns.id).not.toBe(bens.node.id);
  expect(await acquaintance(ann, ben)).toEqual({ id: ben.id, viewerContact: anns, viewerContactRequest: null });
  expect(await nodes(ben, bens.node.id, anns.id, id)).toEqual([{ __typename: 'Contact', ...bens.node }, null, null]);
  expect(await nodes(carl, bens.node.id, anns.id, id)).toEqual([null, null, null]);
  expect(await answer(ben, id, true)).toEqual({ contactRequestId, contactEdge, errors });
});

it('a contact is made at once if each user has requested the other', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  await request(ann, ben);
  const { contactRequestEdge, contactEdge, errors } = await request(ben, ann);
  expect({ contactRequestEdge, errors }).toEqual({ contactRequestEdge: null, errors: [] });
  expect(contactEdge).toEqual((await contacts(ben)).edges[0]);
  expect((await contacts(ann)).edges).toMatchObject([{ node: { user: { id: ben.id } } }]);
});

it('declining a request is silent: the sender still sees the request', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const { contactRequestEdge } = await request(ann, ben, 'please');
  const { node } = given(contactRequestEdge, []);
  expect(await answer(ben, node.id, false)).toEqual({ contactRequestId: node.id, contactEdge: null, errors: [] });
  expect(await requests(ben, 'INCOMING')).toMatchObject({ totalCount: 0, edges: [] });
  expect((await acquaintance(ben, ann)).viewerContactRequest).toBeNull();
  expect(await nodes(ben, node.id)).toEqual([null]);
  expect(await requests(ann, 'OUTGOING')).toMatchObject({ totalCount: 1, edges: [{ node }] });
  expect((await acquaintance(ann, ben)).viewerContactRequest).toEqual(node);
  expect(await request(ann, ben, 'pretty please')).toEqual({ contactRequestEdge, contactEdge: null, errors: [] });
});

it('a contact has an alias that only the viewer sees', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await befriend(ann, ben);
  expect((await rename(ann, id, 'Benny')).contact).toMatchObject({ id, alias: 'Benny' });
  expect((await rename(ann, id)).contact).toMatchObject({ alias: 'Benny' });
  expect((await acquaintance(ben, ann)).viewerContact).toMatchObject({ alias: null });
  expect((await rename(ann, id, null)).contact).toMatchObject({ alias: null });
  expect(refusals((await rename(ann, id, ' ')).errors)).toEqual(['INVALID_INPUT input.alias']);
});

it('removing a contact removes it for both users', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await befriend(ann, ben);
  expect(await remove(ann, ben)).toEqual({ contactId: id, user: { id: ben.id, viewerContact: null }, errors: [] });
  expect(await remove(ann, ben)).toMatchObject({ contactId: id, errors: [] });
  expect((await contacts(ben)).edges).toEqual([]);
  expect(await nodes(ann, id)).toEqual([null]);
});

it('an invalid request, answer or change is refused, and the error names the argument', async () => {
  const [ann, ben, carl] = await chat.people('ann', 'ben', 'carl');
  const waiting = await requestId(ann, carl);
  const contact = await befriend(ann, ben);
  const refused = [
    await request(ann, ann),
    await request(ann, { id: contact }),
    await request(ann, { id: 'x' }),
    await request(ann, { id: Buffer.from('User:999999999').toString('base64url') }),
    await request(ann, ben),
    await request(ben, carl, 'x'.repeat(301)),
    await answer(ann, waiting, true),
    await answer(ben, waiting, true),
    await answer(carl, contact, true),
    await cancel(carl, waiting),
    await cancel(ben, waiting),
    await rename(ben, contact, 'x'),
    await rename(ben, waiting, 'x'),
    await remove(ann, carl),
    await remove(ann, ann),
  ];
  expect(refused.flatMap(({ errors }) => refusals(errors))).toEqual([
    'INVALID_INPUT input.userId',
    'INVALID_INPUT input.userId',
    'INVALID_INPUT input.userId',
    'NOT_FOUND input.userId',
    'CONFLICT input.userId',
    'INVALID_INPUT input.note',
    'FORBIDDEN input.requestId',
    'NOT_FOUND input.requestId',
    'INVALID_INPUT input.requestId',
    'FORBIDDEN input.requestId',
    'NOT_FOUND input.requestId',
    'NOT_FOUND input.contactId',
    'INVALID_INPUT input.contactId',
    'NOT_FOUND input.userId',
    'NOT_FOUND input.userId',
  ]);
});

/** Checks that several moments, of which at most some are the same, are in the order of a list that begins with the newest. */
function expectNewestFirst(moments: readonly string[]): void {
  expect(new Set(moments).size).toBeGreaterThan(1);
  expect(moments).toEqual(moments.toSorted().toReversed());
}

it('requests and contacts are listed newest first, in pages whose flags are right', async () => {
  const [ann, ...others] = await chat.people('ann', 'a', 'b', 'c', 'd', 'e');
  for (const other of others) await requestId(other, ann);
  const listed: ContactRequestPartsFragment[] = [];
  const flags: string[] = [];
  let after: string | null = null;
  do {
    const { edges, pageInfo, totalCount } = await requests(ann, 'INCOMING', { first: 2, after });
    listed.push(...edges.map(({ node }) => node));
    flags.push(`${pageInfo.hasPreviousPage} ${pageInfo.hasNextPage} of ${totalCount}`);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  expect(listed.map(({ from }) => from.id).toSorted()).toEqual(others.map(({ id }) => id).toSorted());
  expectNewestFirst(listed.map(({ createdAt }) => createdAt));
  const [sender, ...recipients] = others;
  for (const recipient of recipients) await requestId(sender, recipient);
  expectNewestFirst((await requests(sender, 'OUTGOING')).edges.map(({ node }) => node.createdAt));
  expect(flags).toEqual(['false true of 5', 'true true of 5', 'true false of 5']);
  for (const { node } of (await requests(ann, 'INCOMING')).edges) await answer(ann, node.id, true);
  const { edges } = await contacts(ann);
  expectNewestFirst(edges.map(({ node }) => node.since));
  const second = await contacts(ann, { first: 3, after: edges[1]?.cursor ?? null });
  expect(second).toMatchObject({ edges: edges.slice(2), pageInfo: { hasPreviousPage: true, hasNextPage: false } });
});

it.each([
  ['first', { first: 0 }],
  ['first', { first: 101 }],
  ['after', { after: 'x' }],
  ['after', { after: Buffer.from('conversation@1:1').toString('base64url') }],
])('contacts and requests are not listed with a %s that is out of bounds: %o', async (argument, wrong) => {
  const [ann] = await chat.people('ann');
  expect(refusals((await chat.post(ContactsDocument, wrong, ann)).errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
  expect(refusals((await chat.post(ContactRequestsDocument, { direction: 'INCOMING', ...wrong }, ann)).errors)).toEqual([
    `BAD_USER_INPUT ${argument}`,
  ]);
});

it('a request without a token is refused', async () => {
  const [ann] = await chat.people('ann');
  const { errors } = await chat.post(RequestContactDocument, { input: { userId: ann.id } });
  expect(refusals(errors)).toEqual(['UNAUTHENTICATED']);
});

/** The contacts and requests that a client has stored, which each event updates. */
interface Held {
  readonly contacts: Map<string, ContactPartsFragment>;
  readonly incoming: Map<string, ContactRequestPartsFragment>;
  readonly outgoing: Map<string, ContactRequestPartsFragment>;
}

function apply({ contacts: known, incoming, outgoing }: Held, event: FollowedFragment): void {
  switch (event.__typename) {
    case 'ContactRequestSent':
      if (event.contactRequestEdge) outgoing.set(event.contactRequestEdge.node.id, event.contactRequestEdge.node);
      break;
    case 'ContactRequestReceived':
      if (event.contactRequestEdge) incoming.set(event.contactRequestEdge.node.id, event.contactRequestEdge.node);
      break;
    case 'ContactRequestWithdrawn':
      incoming.delete(event.contactRequestId);
      break;
    case 'ContactRequestClosed':
      incoming.delete(event.contactRequestId);
      outgoing.delete(event.contactRequestId);
      if (event.contactEdge) known.set(event.contactEdge.node.id, event.contactEdge.node);
      break;
    case 'ContactChanged':
      if (event.contact) known.set(event.contact.id, event.contact);
      else known.delete(event.contactId);
      break;
    default:
  }
}

async function read(as: Person): Promise<Held> {
  const byId = <T extends { readonly id: string }>({ edges }: { readonly edges: readonly { readonly node: T }[] }) =>
    new Map(edges.map(({ node }) => [node.id, node]));
  return {
    contacts: byId(await contacts(as)),
    incoming: byId(await requests(as, 'INCOMING')),
    outgoing: byId(await requests(as, 'OUTGOING')),
  };
}

/** Reads and applies events up to the head that the account’s stream had at the call. */
async function catchUp(person: Person, held: Held, events: Listening, seen: { seq: number }): Promise<void> {
  const head = (await chat.positions(person)).find(({ streamId }) => streamId === person.id)?.seq ?? 0;
  while (seen.seq < head) {
    const event = await events.next();
    apply(held, event);
    if ('seq' in event && event.streamId === person.id) seen.seq = event.seq;
  }
}

it('the events alone keep every device up to date, whatever happens to a contact', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const sides = await Promise.all(
    [ann, ben].map(async (person) => {
      const events = chat.listen(person);
      await events.ready();
      const seq = (await chat.positions(person)).find(({ streamId }) => streamId === person.id)?.seq ?? 0;
      return { person, events, held: await read(person), seen: { seq } };
    }),
  );
  const id = await requestId(ann, ben);
  const acts: readonly (() => Promise<unknown>)[] = [
    async () => undefined,
    () => answer(ben, id, false),
    () => request(ann, ben, 'again'),
    () => cancel(ann, id),
    () => request(ann, ben, 'anew'),
    () => cancel(ann, id),
    () => request(ann, ben),
    () => answer(ben, id, true),
    async () => rename(ann, given((await acquaintance(ann, ben)).viewerContact, []).id, 'Benny'),
    () => remove(ben, ann),
    () => request(ben, ann),
    () => request(ann, ben),
    () => remove(ann, ben),
    () => request(ann, ben),
    () => answer(ben, id, false),
    () => request(ben, ann),
  ];
  for (const [step, act] of acts.entries()) {
    await act();
    for (const { person, events, held, seen } of sides) {
      await catchUp(person, held, events, seen);
      expect(held, `${person.handle} after act ${step}`).toEqual(await read(person));
    }
  }
});

it('events show the current state of contacts, also when they are caught up on later', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const after = await chat.positions(ben);
  const id = await requestId(ann, ben);
  await cancel(ann, id);
  await request(ann, ben, 'again');
  await answer(ben, id, true);
  await remove(ben, ann);
  const missed = (await chat.listen(ben, after).ready()).slice(0, -1);
  expect(missed).toMatchObject([
    { __typename: 'ContactRequestReceived', contactRequestEdge: null },
    { __typename: 'ContactRequestWithdrawn', contactRequestId: id, user: { id: ann.id } },
    { __typename: 'ContactRequestReceived', contactRequestEdge: null },
    { __typename: 'ContactRequestClosed', contactRequestId: id, user: { id: ann.id }, contactEdge: null },
    { __typename: 'ContactChanged', contact: null },
  ]);
});
