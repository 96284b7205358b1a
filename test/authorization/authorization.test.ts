import { isDeepStrictEqual } from 'node:util';
import { getNamedType, isLeafType, isObjectType } from 'graphql';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parseId } from '../../schema/ids.ts';
import { schema } from '../../schema/index.ts';
import { backend } from '../support/issuer.ts';
import { watching } from '../support/watching.ts';
import { type Person, world } from '../support/world.ts';
import { type Entity, entities, fields, type Showing } from './entities.ts';
import { askToJoin, type Case, makeInvite, mutations, type Outcome } from './mutations.ts';
import { actInPrivate } from './private.ts';
import { beThere, busy, type Cast, castOf, nothingLike, run, type Scene, type Standing, setUp, standings } from './scene.ts';
import { mutuallySeen, seenByAll } from './seen.ts';
import { selectionOf } from './selection.ts';

// Every standing tries every mutation, which would use up the limits against guessing.
const place = world({ JOIN_ATTEMPTS: '100000', SIGN_IN_ATTEMPTS: '100000', ...backend });
let cast: Cast;
// The users stay in every group that is made for a test. After some hundred groups, responses that list them all are most of the work. New
// users cost as much as two tests.
const testsOfACast = 10;
let tests = 0;

beforeEach(async () => {
  if (tests % testsOfACast === 0) cast = await castOf(place);
  tests += 1;
});

function personOf(standing: Standing) {
  return standing === 'nobody' ? null : cast.actors[standing];
}

function documentOf(name: string): string {
  const field = schema.getMutationType()?.getFields()[name];
  const [input] = field?.args ?? [];
  if (field === undefined || input === undefined) throw new Error(`there is no mutation ${name}`);
  return `mutation ($input: ${input.type}) { ${name}(input: $input) ${selectionOf(field.type, 1)} }`;
}

interface Answer {
  readonly outcome: Outcome;
  /** The whole payload. */
  readonly payload: Readonly<Record<string, unknown>> | null;
}

async function answerTo(name: string, input: object, standing: Standing): Promise<Answer> {
  const { data, codes } = await run(place, documentOf(name), { input }, personOf(standing));
  const payload = (data?.[name] ?? null) as Answer['payload'];
  const errors = (payload?.['errors'] ?? []) as readonly { readonly code: string }[];
  return { outcome: String(codes[0] ?? errors[0]?.code ?? 'DONE'), payload };
}

/** The heads of the logs that a mutation could have written to. */
async function heads({ group, direct, actors: { owner } }: Scene): Promise<unknown> {
  const source = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Conversation { lastSeq memberCount } } }';
  const { data } = await run(place, source, { ids: [group, direct] }, owner);
  return data?.['nodes'];
}

/** What a payload contains besides its errors. */
function rest(payload: Answer['payload']): readonly unknown[] {
  return Object.entries(payload ?? {}).flatMap(([name, value]) =>
    ['errors', '__typename'].includes(name) || value === null || (Array.isArray(value) && value.length === 0) ? [] : [value],
  );
}

/** The same input, with an id of nothing in the field that the refusal names. */
function withoutReferent(input: object, payload: Answer['payload']): object {
  const [{ field = [] } = {}] = (payload?.['errors'] ?? []) as readonly { readonly field?: readonly string[] }[];
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    return typeof value === 'string' && parseId(value) !== null ? nothingLike(value) : value;
  };
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, name === field[1] ? replace(value) : value]));
}

/** Runs the mutation with each standing in turn. Returns the outcomes. */
async function tryAll(name: string, { input, given }: Case): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  let scene: Scene | undefined;
  let made = '';
  for (const standing of standings) {
    if (scene === undefined) {
      scene = await setUp(place, cast);
      made = (await given?.(place, scene)) ?? '';
    }
    const before = await heads(scene);
    const asked = input(scene, made, standing);
    const { outcome, payload } = await answerTo(name, asked, standing);
    outcomes[standing] = outcome;
    if (outcome === 'DONE') scene = undefined;
    else {
      expect(rest(payload), `what ${standing} gets beside the refusal`).toEqual([]);
      expect(await heads(scene), `the logs after ${standing} was refused`).toEqual(before);
    }
    if (outcome === 'NOT_FOUND') {
      const { payload: ofNothing } = await answerTo(name, withoutReferent(asked, payload), standing);
      expect(payload, `what ${standing} is told of what is there`).toEqual(ofNothing);
    }
  }
  return outcomes;
}

describe('every mutation', () => {
  // Strangers have come to share conversations with the users that the mutations act on.
  afterAll(() => {
    tests = 0;
  });

  test('is in the table of outcomes', () => {
    const type = schema.getMutationType();
    expect(Object.keys(mutations).toSorted()).toEqual(Object.keys(isObjectType(type) ? type.getFields() : {}).toSorted());
  });

  const cases = Object.entries(mutations).flatMap(([name, ways]) => Object.entries(ways).map(([way, one]) => ({ name, way, one })));

  test.each(cases)('has the outcome of the table for each standing: $name $way', async ({ name, one }) => {
    expect(await tryAll(name, one)).toEqual(one.outcomes);
  });
});

describe('every node', () => {
  const nodes = () => {
    const type = schema.getType('Node');
    return type && 'getFields' in type ? schema.getPossibleTypes(type as never).map(({ name }) => name) : [];
  };

  test('type is in both tables, with all its fields', () => {
    expect([...new Set(entities.map(({ type }) => type))].toSorted()).toEqual(nodes().toSorted());
    expect(Object.keys(fields).toSorted()).toEqual(nodes().toSorted());
    for (const [name, shown] of Object.entries(fields)) {
      const type = schema.getType(name);
      expect(Object.keys(shown).toSorted(), name).toEqual(Object.keys(isObjectType(type) ? type.getFields() : {}).toSorted());
    }
  });

  test.each(entities.map((entity) => ({ ...entity, entity })))('is shown to those in the table: $type $name', async ({ entity }) => {
    const scene = await setUp(place, cast);
    const id = await entity.id(place, scene);
    const seenBy: Standing[] = [];
    for (const standing of standings) {
      const { data, codes } = await run(place, 'query ($id: ID!) { node(id: $id) { __typename id } }', { id }, personOf(standing));
      if (standing === 'nobody') expect(codes).toEqual(['UNAUTHENTICATED']);
      else expect(codes, standing).toEqual([]);
      if (data?.['node']) {
        expect(data['node']).toEqual({ __typename: entity.type, id });
        seenBy.push(standing);
      }
    }
    expect(seenBy).toEqual(entity.seenBy);
    const insider = insiderOf(entity, scene);
    const { data } = await run(place, 'query ($id: ID!) { node(id: $id) { __typename id } }', { id }, insider);
    if (insider !== null) expect(data).toEqual({ node: { __typename: entity.type, id } });
  });

  const seen = entities.filter(({ seenBy }) => seenBy.length > 0);

  test.each(seen.map((entity) => ({ ...entity, entity })))('shows each what is for them: $type $name', async ({ entity }) => {
    const scene = await setUp(place, cast);
    const id = await entity.id(place, scene);
    await fill(entity, scene, id);
    const views = new Map<Standing, View>();
    for (const standing of entity.seenBy) views.set(standing, await viewOf(entity.type, id, personOf(standing)));
    if (entity.type === 'Presence') expect(views.get('member')).toMatchObject(busy);
    for (const [name, showing] of Object.entries(fields[entity.type] ?? {})) expectShown(views, { name, showing, entity });
    const insider = insiderOf(entity, scene);
    if (insider !== null) expect(alikeIn(entity, views, await viewOf(entity.type, id, insider))).toEqual(entity.alike ?? {});
  });

  /** Gives an object what its fields show. */
  async function fill({ type }: Entity, scene: Scene, id: string): Promise<void> {
    if (type === 'Group') {
      await makeInvite(place, scene, 'id');
      await askToJoin(place, scene);
    }
    if (type === 'Message') await edit(id, id === scene.message ? scene.target : scene.actors.owner);
    if (type === 'Presence') for (const one of [scene.target, scene.actors.owner]) await beThere(place, one);
    await actInPrivate(place, scene);
  }
});

type View = Readonly<Record<string, unknown>>;

// The presence of a user who is offline, shows no status text, and hides when they were online.
const notThere: View = { status: 'OFFLINE', statusText: null, devices: 0, lastSeenAt: null };

/** Checks one field of an object as each standing sees it. */
function expectShown(
  views: ReadonlyMap<Standing, View>,
  { name, showing, entity: { veiledFrom = [] } }: { readonly name: string; readonly showing: Showing; readonly entity: Entity },
): void {
  const [first] = views.values();
  for (const [standing, view] of views) {
    const what = `${name} as ${standing}`;
    if (showing === 'SAME') expect(shared(view[name]), what).toEqual(shared(first?.[name]));
    if (showing === 'VEILED') expect(view[name], what).toEqual((veiledFrom.includes(standing) ? notThere : first)?.[name]);
    if (showing === 'RUNNERS') expect(isNothing(view[name]), what).toBe(!runners.includes(standing));
  }
}

function insiderOf({ insider = ({ target }) => target }: Entity, scene: Scene): Person | null {
  return insider?.(scene) ?? null;
}

/** Returns the OWN fields that standings see as the insider does, and these standings. */
function alikeIn({ type }: Entity, views: ReadonlyMap<Standing, View>, inside: View): Entity['alike'] {
  const own = Object.entries(fields[type] ?? {}).flatMap(([name, showing]) => (showing === 'OWN' ? [name] : []));
  const alike = own.map((name) => [
    name,
    [...views].flatMap(([standing, view]) => (isDeepStrictEqual(view[name], inside[name]) ? [standing] : [])),
  ]);
  return Object.fromEntries(alike.filter(([, by]) => by?.length !== 0));
}

const runners: readonly Standing[] = ['owner', 'admin'];

async function edit(messageId: string, as: Person): Promise<void> {
  const source = 'mutation ($input: EditMessageInput!) { editMessage(input: $input) { errors { code } } }';
  const { data } = await run(place, source, { input: { messageId, text: 'Said better.' } }, as);
  expect(data).toEqual({ editMessage: { errors: [] } });
}

/** All fields of the object that need no argument. */
async function viewOf(typeName: string, id: string, as: Person | null): Promise<View> {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} has fields`);
  const selected = Object.values(type.getFields()).map((field) => {
    const after = field.args.some(({ name }) => name === 'afterSeq') ? '(afterSeq: 0)' : '';
    return `${field.name}${after} ${isLeafType(getNamedType(field.type)) ? '' : selectionOf(field.type, 2)}`;
  });
  const source = `query ($id: ID!) { node(id: $id) { ... on ${typeName} { ${selected.join(' ')} } } }`;
  const { data, codes } = await run(place, source, { id }, as);
  expect(codes, `${typeName} as ${as?.handle}`).toEqual([]);
  return (data?.['node'] ?? {}) as View;
}

/** The part of a value that is the same for everybody: without `viewer…` fields and pages. */
function shared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shared);
  if (typeof value !== 'object' || value === null) return value;
  if ('edges' in value) return 'a page';
  return Object.fromEntries(Object.entries(value).flatMap(([name, one]) => (name.startsWith('viewer') ? [] : [[name, shared(one)]])));
}

function isNothing(value: unknown): boolean {
  if (value === null || (Array.isArray(value) && value.length === 0)) return true;
  return typeof value === 'object' && 'edges' in value && Array.isArray(value.edges) && value.edges.length === 0;
}

describe('every root query field', () => {
  const conversationOf = (scene: Scene): object => ({ id: scene.group });
  const inGroup: readonly Standing[] = ['member', 'blocked', 'admin', 'owner'];
  const all: readonly Standing[] = ['stranger', 'former', 'banned', ...inGroup];

  /** Each root query field, and the standings that get a result. The others get null or an empty list. */
  const questions: Readonly<Record<string, { source: string; variables: (scene: Scene) => object; answers: readonly Standing[] }>> = {
    conversation: { source: 'query ($id: ID!) { conversation(id: $id) { id } }', variables: conversationOf, answers: inGroup },
    groupPreview: { source: 'query ($id: ID!) { groupPreview(id: $id) { name } }', variables: conversationOf, answers: inGroup },
    groups: {
      source: 'query ($search: String) { groups(search: $search) { edges { node { name } } } }',
      variables: () => ({ search: 'found by' }),
      answers: all,
    },
    messages: {
      source: 'query ($id: ID!) { messages(search: "said target", conversationId: $id) { edges { node { id } } } }',
      variables: conversationOf,
      answers: inGroup,
    },
    node: { source: 'query ($id: ID!) { node(id: $id) { id } }', variables: conversationOf, answers: inGroup },
    nodes: { source: 'query ($id: ID!) { nodes(ids: [$id]) { id } }', variables: conversationOf, answers: inGroup },
    presence: {
      source: 'query ($id: ID!) { presence(userIds: [$id]) { status } }',
      variables: ({ target: { id } }) => ({ id }),
      answers: inGroup,
    },
    user: {
      source: 'query ($handle: String!) { user(handle: $handle) { id } }',
      variables: ({ target: { handle } }) => ({ handle }),
      answers: all,
    },
    users: {
      source: 'query ($search: String!) { users(search: $search) { edges { node { id } } } }',
      variables: ({ target: { handle } }) => ({ search: handle }),
      answers: all,
    },
    vapidPublicKey: { source: '{ vapidPublicKey }', variables: () => ({}), answers: all },
    viewer: { source: '{ viewer { user { id } } }', variables: () => ({}), answers: all },
  };

  test('is in the table', () => {
    expect(Object.keys(questions).toSorted()).toEqual(Object.keys(schema.getQueryType()?.getFields() ?? {}).toSorted());
  });

  test.each(Object.entries(questions))('has a result for those in the table: %s', async (name, { source, variables, answers }) => {
    const scene = await setUp(place, cast);
    const answered: Standing[] = [];
    for (const standing of standings) {
      const { data, codes } = await run(place, source, variables(scene), personOf(standing));
      expect(codes, standing).toEqual(standing === 'nobody' && name !== 'viewer' ? ['UNAUTHENTICATED'] : []);
      const answer = data?.[name] ?? null;
      const isEmpty = isNothing(answer) || (Array.isArray(answer) && answer.every((one) => one === null));
      if (!isEmpty) answered.push(standing);
    }
    expect(answered).toEqual(answers);
  });
});

describe('every subscription', () => {
  /** Each subscription: what it shows, and to whom. */
  const subscriptions: Readonly<Record<string, { readonly title: string; readonly check: () => Promise<void> }>> = {
    conversationEvents: {
      title: 'starts for the members of the conversation only',
      async check() {
        const { group } = await setUp(place, cast);
        const begun: Standing[] = [];
        for (const standing of standings) {
          const listening = place.listenTo(personOf(standing), group);
          const first = await listening.ready().then(
            () => 'ready',
            () => 'refused',
          );
          if (first === 'ready') begun.push(standing);
        }
        expect(begun).toEqual(['member', 'blocked', 'admin', 'owner']);
      },
    },
    events: {
      title: 'has the viewer’s streams and no others',
      async check() {
        const { group, direct } = await setUp(place, cast);
        for (const standing of standings) {
          const listening = place.listen(personOf(standing));
          if (standing === 'nobody') {
            await expect(listening.ready()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
            continue;
          }
          const followed = (await listening.ready()).flatMap((event) => ('positions' in event ? event.positions : []));
          const named = followed.map(({ streamId }) => streamId);
          expect(named.includes(group), standing).toBe(['member', 'blocked', 'admin', 'owner'].includes(standing));
          expect(named.includes(direct), standing).toBe(standing === 'owner');
        }
      },
    },
    presence: {
      title: 'shows each viewer the users with whom they share a conversation, and nobody else',
      async check() {
        const scene = await setUp(place, cast);
        expect(await seenByAll(place, scene)).toEqual(mutuallySeen);
        await expect(watching(place, null, scene.target).next()).rejects.toThrow('UNAUTHENTICATED');
      },
    },
  };

  test('is in the table', () => {
    expect(Object.keys(subscriptions).toSorted()).toEqual(Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).toSorted());
  });

  test.each(Object.entries(subscriptions).map(([name, { title, check }]) => ({ name, title, check })))('$title: $name', ({ check }) =>
    check());
});
