import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from '@graphql-codegen/cli';
import { buildSchema, isAbstractType } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { world } from '../support/world.ts';

const chat = world();
const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'client/README.md'), 'utf8');
const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? '');

const watch = `subscription ($after: [PositionInput!]) {
  events(after: $after) {
    __typename
    ... on LogEvent { streamId seq }
    ... on MessageSent { messageEdge { node { text } } }
    ... on ConversationOpened { position { streamId seq epoch } }
    ... on ConversationClosed { conversationId }
    ... on StreamReady { positions { streamId seq epoch } }
    ... on ResyncRequired { streamId lastSeq resyncReason }
  }
}`;

const schema = buildSchema(readFileSync(join(root, 'schema/schema.graphql'), 'utf8'));
const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

const sheet = readFileSync(join(root, 'docs/cheatsheet.md'), 'utf8');
const ofSheet = [...sheet.matchAll(/```graphql\n(.*?)```/gs)].map(([, text = '']) => text);

/** An operation of the cheat sheet, with its fragments. */
function sheetOperation(name: string): string {
  const fragments = ofSheet.filter((text) => text.startsWith('fragment'));
  const withSpread = (text: string): readonly string[] => [
    text,
    ...fragments.filter((one) => new RegExp(`\\.\\.\\.${one.split(' ')[1]}\\b`).test(text)).flatMap(withSpread),
  ];
  return [...new Set(ofSheet.filter((text) => new RegExp(`^\\w+ ${name}\\b`).test(text)).flatMap(withSpread))].join('');
}

const operations = Object.fromEntries(
  ['FirstScreen', 'History', 'Live', 'Send', 'Read', 'NewGroup'].map((name) => [name, sheetOperation(name)]),
);

/** A sample as a program, with what it leaves to the reader and a use of its result. It exits after writing the outcome. */
function program(sample: string, { token, group }: { token: string; group: string }, ending: string): string {
  return `
    const userId = 'ben';
    const token = '${token}';
    const group = '${group}';
    ${
      sample.includes('createSession')
        ? ''
        : `const session = {
      token: async () => '${token}',
      refresh: async () => false,
      fetch: (uri, init) => fetch(uri, { ...init, headers: { ...init.headers, authorization: 'Bearer ${token}' } }),
    };`
    }
    const watch = \`${watch}\`;
    const operations = ${JSON.stringify(operations)};
    const held = new Map();
    const storage = {
      get length() { return held.size; },
      key: (index) => [...held.keys()][index] ?? null,
      getItem: (key) => held.get(key) ?? null,
      setItem: (key, value) => held.set(key, value),
      removeItem: (key) => held.delete(key),
    };
    Object.defineProperty(globalThis, 'localStorage', { value: storage });
    const done = (text) => process.stdout.write(text, () => process.exit(0));
    const show = () => undefined;
    ${sample.includes('possibleTypes') ? `const possibleTypes = ${JSON.stringify(possibleTypes)};` : ''}
    const apply = ({ __typename }) => { if (__typename === 'StreamReady') done('ready'); };
    ${ending.split('---')[0]}
    ${sample
      .replaceAll('https://chat.example.org', chat.url)
      .replaceAll('wss://chat.example.org', chat.url.replace('http', 'ws'))
      .replace(/'mpim-client(?:\/([\w-]+))?'/g, (_, entry = 'index') => `'${root}/client/${entry}.ts'`)}
    ${ending.split('---')[1] ?? ''}
  `;
}

const begun = `--- if ((await response.json()).data.viewer !== null) done('signed in too soon');
  await session.begin({ accessToken: token, accessTokenExpiresAt: new Date(Date.now() + 900_000).toISOString(), refreshToken: 'any' });
  const again = await session.fetch(response.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ viewer { user { id } } }"}' });
  done((await again.json()).data.viewer === null ? 'not signed in' : 'ready');`;
const follows = `--- const { followEvents } = await import('${root}/client/index.ts');
  followEvents({ document: watch, subscribe, onEvent: apply });`;
const asked = `--- const { gql } = await import('@apollo/client');
  apollo.subscribe({ query: gql(watch), fetchPolicy: 'no-cache' }).subscribe(({ data }) => apply(data.events));`;
const kept = `const { gql } = await import('@apollo/client');
  const sendMessage = gql('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { messageEdge { cursor node { id seq text } } errors { code message } } }');
  --- const page = gql(\`query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: Int) {
    viewer { conversations { edges { cursor node { id } } pageInfo { hasNextPage } } }
    conversation(id: $id) {
      id
      viewerLastMessage { id seq text }
      messages(first: $first, after: $after, last: $last, before: $before, around: $around) {
        edges { cursor node { id seq text viewerReactions viewerThreadUnreadCount } }
        pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
      }
    }
  }\`);
  const say = (conversationId, text) => outbox.send({ conversationId, text });
  const other = (await apollo.mutate({
    mutation: gql('mutation { createGroup(input: { name: "The other" }) { group { id } } }'),
  })).data.createGroup.group.id;
  const seqs = [];
  for (const text of '12345') seqs.push((await say(group, text)).messageEdge.node.seq);
  await say(other, 'later');
  const shown = apollo.watchQuery({ query: page, variables: { id: group, last: 2 } });
  const all = [];
  const look = () => {
    const { viewer, conversation } = apollo.readQuery({ query: page, variables: { id: group } });
    const texts = conversation.messages.edges.map(({ node }) => node.text);
    all.push(texts.join('') + (viewer.conversations.edges[0].node.id === group ? ' first' : '') + ' ' + conversation.viewerLastMessage.text);
    return conversation.messages.pageInfo;
  };
  await new Promise((go) => shown.subscribe(({ dataState }) => dataState === 'complete' && go()));
  await shown.fetchMore({ variables: { last: 2, before: look().startCursor } });
  look();
  const watching = gql(watch.replace('messageEdge { node', 'conversation { id } messageEdge { cursor node { id } node'));
  apollo.subscribe({ query: watching }).subscribe(async ({ data: { events } }) => {
    if (events.__typename === 'StreamReady') {
      const { messageEdge } = await say(group, '6');
      putMessage(cache, { __typename: 'Group', id: group }, messageEdge);
    }
    if (events.__typename !== 'MessageSent') return;
    putMessage(cache, events.conversation, events.messageEdge);
    // The answer may come after the event.
    while (unsent().length > 0) await new Promise(setImmediate);
    look();
    await shown.fetchMore({ variables: { around: seqs[2], first: 1, last: 1 } });
    await shown.fetchMore({ variables: { first: 20, after: look().endCursor, last: null } });
    look();
    const early = { __typename: 'Message', id: 'early', seq: seqs[3] - 0.5, text: 'early' };
    cache.writeFragment({ fragment: gql('fragment early on Message { id seq text }'), data: early });
    putMessage(cache, { __typename: 'Group', id: group }, { cursor: '', node: early });
    look();
    done(all.join() === '45 5,2345 5,23456 first 6,234 first 6,23456 first 6,23early456 first 6' ? 'ready' : all.join());
  });`;
/** A reader and a writer with the operations of the cheat sheet: what is said while the reader's page is open, and after it was read. */
const counted = (writer: string) => `const { gql } = await import('@apollo/client');
  const [first, history, live, sendMessage, read, open] = ['FirstScreen', 'History', 'Live', 'Send', 'Read', 'NewGroup'].map((name) => gql(operations[name]));
  const asked = [];
  const signed = session.fetch;
  session.fetch = (uri, init) => {
    asked.push(JSON.parse(init.body).operationName);
    return signed(uri, init);
  };
  --- const said = (text) => fetch('${chat.url}/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ${writer}' },
    body: JSON.stringify({ query: operations.Send, variables: { input: { conversationId: group, clientMessageId: text, text } } }),
  });
  for (const query of [first, history]) {
    const shown = apollo.watchQuery({ query, variables: query === history ? { id: group } : {} });
    await new Promise((go) => shown.subscribe(({ dataState }) => dataState === 'complete' && go()));
  }
  const look = () => {
    const { viewer } = apollo.readQuery({ query: first });
    const { messages } = apollo.readQuery({ query: history, variables: { id: group } }).conversation;
    const rows = viewer.conversations.edges.map(({ node }) => [node.name, node.viewerUnreadCount, node.viewerLastMessage?.text].join(' '));
    return [messages.edges.map(({ node }) => node.text).join(), ...rows, 'badge ' + viewer.unread.badge].join('; ');
  };
  const { viewer } = apollo.readQuery({ query: first });
  const seen = [];
  const after = viewer.positions.map(({ streamId, seq, epoch }) => ({ streamId, seq, epoch }));
  apollo.subscribe({ query: live, variables: { after } }).subscribe(async ({ data: { events } }) => {
    applyEvent(cache, events, viewer.user.id);
    if (events.__typename === 'StreamReady') await said('a');
    if (events.__typename === 'ViewerMarkersMoved' && seen.length === 1) {
      seen.push(look());
      await outbox.send({ conversationId: group, text: 'c' });
    }
    if (events.__typename === 'ConversationOpened') done([...seen, look(), asked.join()].join('\\n'));
    if (events.__typename !== 'MessageSent') return;
    const { text, seq } = events.messageEdge.node;
    if (text === 'a') await said('b');
    if (text === 'b') {
      seen.push(look());
      await apollo.mutate({ mutation: read, variables: { input: { conversationId: group, seq } } });
    }
    if (text === 'c') {
      seen.push(look());
      await apollo.mutate({ mutation: open, variables: { input: { name: 'New' } } });
    }
  });`;
const queried = `--- urql.subscription(watch, {}).subscribe(({ data }) => apply(data.events));`;
const related = `--- const { commitLocalUpdate, commitMutation, createOperationDescriptor, fetchQuery: ask, requestSubscription } = await import('relay-runtime');
  const compiled = async (name) => (await import('${root}/test/client/relay/__generated__/' + name + '.graphql.ts')).default;
  const query = await compiled('chatMessagesQuery');
  await ask(environment, query, { id: group, last: 5 }).toPromise();
  environment.retain(createOperationDescriptor(query, { id: group, last: 5 }));
  const [subscription, mutation] = [await compiled('chatWatchSubscription'), await compiled('chatSendMutation')];
  const input = { conversationId: group, clientMessageId: 'one', text: 'Hello' };
  const list = () => environment.getStore().getSource().get(ConnectionHandler.getConnectionID(group, 'Conversation_messages'));
  // Stands for what was said last, and answered before its turn.
  commitLocalUpdate(environment, (store) => {
    const [edge, message] = [store.create('last edge', 'MessageEdge'), store.create('last', 'Message')];
    message.setValue(1_000, 'seq');
    putMessage(store, store.get(group), edge.setLinkedRecord(message, 'node'));
  });
  const source = environment.getStore().getSource();
  const shown = () => list().edges.__refs.map((edge) => source.get(source.get(edge).node.__ref));
  let answered = false;
  requestSubscription(environment, {
    subscription, variables: {}, updater: onEvent,
    async onNext({ events }) {
      if (events.__typename === 'StreamReady') {
        commitMutation(environment, { mutation, variables: { input, connections: [] }, updater: onSent(group), onCompleted: () => { answered = true; } });
      }
      if (events.__typename !== 'MessageSent') return;
      while (!answered) await new Promise(setImmediate);
      const texts = shown().map(({ text, __id }) => text ?? __id).join();
      const failed = await ask(environment, query, { id: group, last: 5, first: 5 }).toPromise().catch(({ message }) => message);
      done(texts === 'Hello,last' && /combined/.test(failed) && source.get(group) ? 'ready' : texts + failed);
    },
  });`;
const rendered = `const kept = { getItem: async (key) => held.get(key) ?? null, setItem: async (key, value) => void held.set(key, value), removeItem: async (key) => void held.delete(key) };
  --- await sessionOf('one').begin({ accessToken: token, accessTokenExpiresAt: new Date(Date.now() + 900_000).toISOString(), refreshToken: 'any' });
  const [same, nobody] = await Promise.all([sessionOf('one').token(), sessionOf('two').token()]);
  done(same === token && nobody === null ? 'ready' : 'somebody else');`;
const sends = `const conversationId = 'a';
  const sendMessage = async (input) => ({ messageEdge: input, errors: [] });
  --- done(/^[0-9a-f-]{36}$/.test(messageEdge.clientMessageId) ? 'ready' : 'no id');`;

/** What the samples of these numbers write, as one program. */
async function run(numbers: readonly number[], viewer: { token: string; group: string }, ending: string): Promise<string> {
  const code = program(numbers.map((number) => blocks[number]).join('\n'), viewer, ending);
  const args = ['--input-type=module-typescript', '--no-warnings', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 30_000 });
  return stdout;
}

/** What samples leave to the reader: how they use it, and its type. */
const left: readonly (readonly [RegExp, string])[] = [
  [/(?<!const )\bsession\./, `declare const session: import('mpim-client').Session;`],
  [/possibleTypes/, 'declare const possibleTypes: Record<string, string[]>;'],
  [/: watch/, 'declare const watch: string;'],
  [/userId/, 'declare const userId: string;'],
  [/send\({ conversationId/, 'declare const conversationId: string;'],
  [/storage: kept/, `declare const kept: import('mpim-client').SessionStorage;`],
  [/show\(/, 'declare function show(what: unknown): void;'],
  [/apply\(/, 'declare function apply(event: unknown): void;'],
  [/LiveSubscription/, `import type { LiveSubscription } from './gql/graphql.ts';`],
  [/: SendMessageInput/, `import type { SendMessageInput } from './gql/graphql.ts';`],
  [/mutation: sendMessage/, `import { SendDocument as sendMessage } from './gql/graphql.ts';`],
  [
    /send: sendMessage/,
    `declare function sendMessage(input: import('./gql/graphql.ts').SendMessageInput): Promise<import('./gql/graphql.ts').SendMutation['sendMessage']>;`,
  ],
];

/** A sample as a module. */
function moduleOf(sample: string): string {
  const own = sample.includes('const session = ') ? left.slice(1) : left;
  return [...own.filter(([use]) => use.test(sample)).map(([, declaration]) => declaration), sample].join('\n');
}

/** A strict project with the samples and, as codegen makes them, the types of the cheat sheet's operations. Returns the compiler's complaints. */
async function complaints(samples: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-readme-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'sheet.graphql'), ofSheet.join('\n'));
  for (const [index, sample] of samples.entries()) await writeFile(join(folder, `sample-${index}.ts`), sample);
  const config = { useTypeImports: true, enumsAsTypes: true, nonOptionalTypename: true, skipTypeNameForRoot: true };
  const scalars = { ID: 'string', DateTime: 'string', JSONObject: 'Record<string, unknown>' };
  await generate({
    schema: join(root, 'schema/schema.graphql'),
    documents: join(folder, 'sheet.graphql'),
    importExtension: '.ts',
    silent: true,
    generates: { [`${folder}/gql/`]: { preset: 'client', presetConfig: { fragmentMasking: false }, config: { ...config, scalars } } },
  });
  const compilerOptions = {
    ...{ target: 'esnext', module: 'esnext', moduleResolution: 'bundler', lib: ['esnext', 'dom', 'dom.iterable'], types: [] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
    paths: { 'mpim-client': [join(root, 'client/index.ts')], 'mpim-client/*': [join(root, 'client/*.ts')] },
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const compiled = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
  return (await compiled.catch((failure: { readonly stdout: string }) => failure)).stdout;
}

describe('the samples of client/README.md', () => {
  it('are eleven', () => {
    expect(blocks).toHaveLength(11);
  });

  it('have the types of a strict project', async () => {
    const samples = [[0], [1], [2], [3, 4, 5], [6], [7, 8], [9], [10]].map((numbers) => numbers.map((number) => blocks[number]).join('\n'));
    expect(await complaints(samples.map(moduleOf))).toBe('');
  });

  it('keep lists and counts by Apollo, with the operations of the cheat sheet', async () => {
    const [ben, ann] = await chat.people('ben', 'ann');
    const group = await chat.group(ben, ann);
    expect(await run([3, 4, 5], { token: ben.token, group }, counted(ann.token))).toBe(
      [
        'a,b; The group 2 b; badge 0',
        'a,b; The group 0 b; badge 0',
        'a,b,c; The group 0 c; badge 0',
        'a,b,c; New 0 ; The group 0 c; badge 0',
        'FirstScreen,History,Live,Read,Send,NewGroup',
      ].join('\n'),
    );
  });

  it.each([
    ['stay signed in', [0], begun],
    ['follow', [1], ''],
    ['follow by HTTP', [2], follows],
    ['follow by Apollo', [3], asked],
    ['keep lists by Apollo, and what is on its way', [3, 4, 5], kept],
    ['follow by urql', [6], queried],
    ['follow by Relay, and keep a list', [7, 8], related],
    ['render on a server', [9], rendered],
    ['send', [10], sends],
  ])('%s', async (_name, numbers, ending) => {
    const [ben] = await chat.people('ben');
    const group = await chat.group(ben);
    expect(await run(numbers, { token: ben.token, group }, ending)).toBe('ready');
  });
});
