import type { Data } from '../data.ts';
import type { Draft } from '../draft/index.ts';
import type { MembershipRecord } from '../group/index.ts';
import type { Message } from '../message/index.ts';
import type { OwnReport } from '../moderation/index.ts';
import type { Listed, ListRequest } from '../page.ts';
import type { SavedMessage } from '../saved/index.ts';
import type { OwnRecord, User, Viewer } from '../user/index.ts';
import type { Sources } from './parts.ts';

// Page size of every list. The users named on a page are read together.
const first = 100;

/**
 * Returns the file with all of a user's own data, as pieces of JSON text: one object whose lists have one line per item. Ids are decimal
 * text.
 */
export async function* fileOf(sources: Sources, record: OwnRecord, { messages }: { readonly messages: boolean }): AsyncGenerator<string> {
  const { user, settings, sessions, formerHandles, identities } = record;
  const viewer = { userId: user.id, sessionId: '' };
  const { erased: _erased, data, ...known } = user;
  const profile = { ...known, data: read(data) };
  const presence = (await sources.presence.chosen([user.id]))[0] ?? {};
  const [quietHours = null] = await sources.push.quietHours([user.id]);
  const [silentUntil = null] = await sources.push.silentUntil([user.id]);
  yield `{\n"profile": ${json(profile)},\n"settings": ${json(settings)},\n"presence": ${json(presence)}`;
  yield `,\n"quietHours": ${json(quietHours)},\n"silentUntil": ${json(silentUntil)}`;
  yield* list('formerHandles', [formerHandles]);
  yield* list('identities', [identities]);
  yield* list('sessions', [sessions.map(({ userId: _userId, ...session }) => session)]);
  yield* list('pushDevices', [(await sources.push.devices(viewer)).map(({ userId: _userId, ...device }) => device)]);
  yield* list('contacts', contactsOf(sources, viewer));
  yield* list('contactRequests', requestsOf(sources, viewer));
  yield* list('blocks', blocksOf(sources, viewer));
  yield* list('joinRequests', joinRequestsOf(sources, viewer));
  yield* list('conversations', conversationsOf(sources, user.id));
  yield* list('scheduledMessages', scheduledOf(sources, viewer));
  yield* list('drafts', draftsOf(sources, user.id));
  yield* list('savedMessages', savedOf(sources, user.id));
  yield* list('reactions', actsOf(sources.groups, user.id, sources.messages.reactionsBy));
  yield* list('pollVotes', actsOf(sources.groups, user.id, sources.messages.votesBy));
  yield* list('reports', reportsOf(sources, user.id));
  if (messages) yield* list('messages', messagesOf(sources, user.id));
  yield '\n}\n';
}

async function* list(name: string, pages: Iterable<readonly object[]> | AsyncIterable<readonly object[]>): AsyncGenerator<string> {
  yield `,\n"${name}": [`;
  let between = '\n';
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield between + page.map(json).join(',\n');
    between = ',\n';
  }
  yield ']';
}

/** Reads the pages of a list. `read` gets the key of the last item of the page before. */
async function* pagesOf<T>(read: (page: ListRequest) => Promise<Listed<T>>): AsyncGenerator<readonly T[]> {
  for (let after: string | undefined; ; ) {
    const { items, hasNextPage } = await read({ first, after });
    yield items;
    after = items.at(-1)?.key;
    if (!hasNextPage) return;
  }
}

/** Reads the pages of a list that ends with an empty one. `read` gets the last item of the page before, or null. */
async function* stepsOf<T>(read: (last: T | null) => Promise<readonly T[]>): AsyncGenerator<readonly T[]> {
  for (let last: T | null = null; ; ) {
    const page: readonly T[] = await read(last);
    last = page.at(-1) ?? null;
    if (last === null) return;
    yield page;
  }
}

async function* contactsOf({ contacts, users }: Sources, viewer: Viewer): AsyncGenerator<readonly object[]> {
  for await (const items of pagesOf((page) => contacts.list(viewer, page))) {
    const people = await named(
      users,
      items.map(({ contact }) => contact.otherId),
    );
    yield items.map(({ contact: { otherId, alias, since } }) => ({ user: people(otherId), alias, since }));
  }
}

async function* requestsOf({ contacts, users }: Sources, viewer: Viewer): AsyncGenerator<readonly object[]> {
  for (const direction of ['INCOMING', 'OUTGOING'] as const) {
    for await (const items of pagesOf((page) => contacts.requests(viewer, { direction, ...page }))) {
      const people = await named(
        users,
        items.flatMap(({ request }) => [request.fromId, request.toId]),
      );
      yield items.map(({ request: { fromId, toId, note, message, createdAt } }) => ({
        ...{ from: people(fromId), to: people(toId), note, message, createdAt },
      }));
    }
  }
}

async function* blocksOf({ blocks, users }: Sources, viewer: Viewer): AsyncGenerator<readonly object[]> {
  for await (const items of pagesOf((page) => blocks.list(viewer, page))) {
    const people = await named(
      users,
      items.map(({ block }) => block.otherId),
    );
    yield items.map(({ block: { otherId, since } }) => ({ user: people(otherId), since }));
  }
}

async function* joinRequestsOf({ joining }: Sources, viewer: Viewer): AsyncGenerator<readonly object[]> {
  for await (const items of pagesOf((page) => joining.ownRequests(viewer, page))) {
    yield items.map(({ request: { conversationId, note, createdAt } }) => ({ conversationId, note, createdAt }));
  }
}

async function* scheduledOf({ scheduled }: Sources, viewer: Viewer): AsyncGenerator<readonly object[]> {
  for await (const items of pagesOf((page) => scheduled.list(viewer, page))) {
    yield items.map(
      ({ scheduled: { conversationId, text, attachments, data, poll, replyToSeq, threadRootSeq, sendAt, createdAt, refusal } }) => ({
        ...{ conversationId, sendAt, createdAt, text, attachments, data: read(data), poll },
        ...{ replyToSeq, threadRootSeq, refusal },
      }),
    );
  }
}

async function* draftsOf({ drafts }: Sources, userId: bigint): AsyncGenerator<readonly object[]> {
  for await (const page of stepsOf<Draft>((after) => drafts.allOf(userId, { first, after }))) {
    yield page.map(({ conversationId, threadRootSeq, text, data, replyToSeq, writtenAt, savedAt }) => ({
      ...{ conversationId, threadRootSeq: threadRootSeq === 0 ? null : threadRootSeq, text, replyToSeq },
      ...{ data: data === null ? null : (JSON.parse(data) as unknown), writtenAt, savedAt },
    }));
  }
}

// Other users' messages are not this user's data, so a saved message is given by its conversation and seq only.
async function* savedOf({ saved }: Sources, userId: bigint): AsyncGenerator<readonly object[]> {
  for await (const page of stepsOf<SavedMessage>((after) => saved.allOf(userId, { first, after }))) {
    yield page.map(({ conversationId, seq, note, savedAt }) => ({ conversationId, seq, note, savedAt }));
  }
}

// Excludes the reported messages, which are other users' data, and what became of the report.
async function* reportsOf({ reports, users }: Sources, userId: bigint): AsyncGenerator<readonly object[]> {
  for await (const page of stepsOf<OwnReport>((last) => reports.by(userId, { first, after: last?.itemId }))) {
    const people = await named(
      users,
      page.flatMap(({ target }) => (target.kind === 'USER' ? [target.userId] : [])),
    );
    yield page.map(({ target, reason, note, at }) => ({
      ...(target.kind === 'USER' ? { user: people(target.userId) } : { conversationId: target.conversationId }),
      ...(target.kind === 'MESSAGE' && { seq: target.seq }),
      ...{ reason, note, at },
    }));
  }
}

async function* conversationsOf({ groups, users }: Sources, userId: bigint): AsyncGenerator<readonly object[]> {
  for await (const stays of staysOf(groups, userId)) {
    const people = await named(
      users,
      stays.flatMap(({ peerId }) => (peerId === null ? [] : [peerId])),
    );
    yield stays.map(({ conversationId: id, peerId, ...stay }) => ({ id, ...stay, peer: peerId && people(peerId) }));
  }
}

async function* messagesOf({ groups, messages }: Sources, userId: bigint): AsyncGenerator<readonly object[]> {
  for await (const id of placesOf(groups, userId)) yield* saidIn(messages, userId, id);
}

/** Returns the user's reactions or votes, in all conversations where they are or were. */
async function* actsOf(
  groups: Sources['groups'],
  userId: bigint,
  read: Sources['messages']['reactionsBy' | 'votesBy'],
): AsyncGenerator<readonly object[]> {
  for await (const conversationId of placesOf(groups, userId)) {
    for (let after: number | null = 0; after !== null; ) {
      const { acts, after: next }: Awaited<ReturnType<typeof read>> = await read(userId, { conversationId, after });
      yield acts;
      after = next;
    }
  }
}

async function* placesOf(groups: Sources['groups'], userId: bigint): AsyncGenerator<bigint> {
  for await (const stays of staysOf(groups, userId)) yield* stays.map(({ conversationId }) => conversationId);
}

function staysOf(groups: Sources['groups'], userId: bigint) {
  return stepsOf<MembershipRecord>((last) => groups.stays(userId, { first, after: last?.conversationId ?? 0n }));
}

async function* saidIn(messages: Sources['messages'], userId: bigint, conversationId: bigint): AsyncGenerator<readonly object[]> {
  for await (const page of stepsOf<Message>((last) => messages.messagesBy(userId, { conversationId, first, after: last?.seq ?? 0 }))) {
    yield page.filter(({ recalledAt }) => recalledAt === null).map(ownWords);
  }
}

function read(data: Data): unknown {
  return data === null ? null : JSON.parse(data);
}

function ownWords({
  conversationId,
  seq,
  text,
  attachments,
  data,
  poll,
  sentAt,
  editedAt,
  replyToSeq,
  threadRootSeq,
  origin,
}: Message): object {
  const said = { text, attachments, data: read(data), poll };
  return { conversationId, seq, sentAt, ...said, editedAt, replyToSeq, threadRootSeq, forwardedFrom: origin?.name ?? null };
}

/** Reads users, and returns a function that gives the public name of each. */
async function named(users: Sources['users'], ids: readonly bigint[]): Promise<(id: bigint) => object> {
  const known = new Map((await users.byIds([...new Set(ids)])).flatMap((user) => (user === null ? [] : [[user.id, user] as const])));
  return (id) => shortly(known.get(id)) ?? { id };
}

function shortly(user: User | undefined): object | undefined {
  return user && { id: user.id, handle: user.handle, displayName: user.displayName };
}

function json(thing: object | null): string {
  return JSON.stringify(thing, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
