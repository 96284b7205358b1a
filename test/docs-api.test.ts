import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GraphQLObjectType, isObjectType, parse, validate } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closes } from '../gateway/close-codes.ts';
import { schema } from '../schema/index.ts';
import { refusalCodes } from '../src/errors.ts';
import { guide, guideFolder, guidePage, guideSection } from './support/api-guide.ts';
import { startNodeProcess } from './support/node-process.ts';
import { uncounted } from './support/uncounted.ts';

const root = join(import.meta.dirname, '..');
// Longer pages are searched instead of read, so their sections should be pages of their own.
const mostLines = 250;

/** The GraphQL documents of a page: in a block of their own, in a JavaScript string, or in the JSON of a curl command. */
function documentsOf(text: string): readonly string[] {
  return [...text.matchAll(/```graphql\n(.*?)```|[`'"]((?:query|mutation|subscription)\b[^`'"]*(?:"\w+"[^`'"]*)*)[`'"]/gs)]
    .map(([, block, string]) => block ?? string ?? '')
    .filter((document) => document.includes('{'));
}

/** The rows of the table below a heading of docs/api/errors.md whose first column has this title, as their cells. */
function rowsBelow(heading: string, title: string): readonly (readonly string[])[] {
  const [, table = ''] = guideSection('errors.md', heading).split(`\n| ${title} |`);
  const [, , ...rows] = (table.split('\n\n')[0] ?? '').trimEnd().split('\n');
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function codesBelow(heading: string, title: string): readonly string[] {
  return rowsBelow(heading, title).map(([code = '']) => code.replaceAll('`', ''));
}

function fieldsOf(type: GraphQLObjectType | null | undefined): readonly string[] {
  return Object.keys(type?.getFields() ?? {});
}

const events = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Event'))
  .map(({ name }) => name);

/** The names in backquotes. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
}

/** The page that a link of the guide leads to. */
function textBehind(link: string): string {
  const [path = ''] = link.split('#');
  return readFileSync(join(guideFolder, path === '' ? 'operations.md' : path), 'utf8');
}

describe('docs/api', () => {
  it('lists each of its pages once', () => {
    expect(guide.map(({ name }) => name).toSorted()).toEqual(globSync('*.md', { cwd: guideFolder }).toSorted());
    expect(guide.length).toBeGreaterThan(15);
  });

  it.each(guide)('has short pages, each with a title and a first sentence: $name', ({ text }) => {
    expect(text).toMatch(/^# .+\n\n\w.+\n/);
    expect(text.split('\n').length).toBeLessThanOrEqual(mostLines);
  });

  it.each(guide.slice(1).filter(({ name }) => name !== 'operations.md'))('has something to copy on each page: $name', ({ text }) => {
    expect(documentsOf(text).length).toBeGreaterThan(0);
  });

  it.each(
    guide.flatMap(({ name, text }) => documentsOf(text).map((document) => ({ name, document }))),
  )('has valid documents: $name, $document', ({ document }) => {
    expect(validate(schema, parse(document)).map((error) => error.message)).toEqual([]);
  });

  it.each(
    guide.flatMap(({ name, text }) =>
      documentsOf(text)
        .filter((document) => document.trim().startsWith('subscription'))
        .map((document) => ({ name, document })),
    ),
  )('has counts in events with the `lastSeq` up to which they are correct: $name', ({ document }) => {
    expect(uncounted(parse(document))).toEqual([]);
  });

  it.each([
    ['Queries', fieldsOf(schema.getQueryType())],
    ['Mutations', fieldsOf(schema.getMutationType())],
    ['Subscriptions', fieldsOf(schema.getSubscriptionType())],
    ['Events', events],
  ])('has a complete index: %s', (heading, names) => {
    const listed = [...guideSection('operations.md', heading).matchAll(/^\| `(\w+)` \| \[[^\]]+\]\((\S+)\)/gm)];
    expect(listed.map(([, name]) => name).toSorted()).toEqual(names.toSorted());
    const silent = listed.filter(([, name = '', link = '']) => !textBehind(link).includes(name));
    expect(silent.map(([, name, link]) => `${name}: ${link}`)).toEqual([]);
  });

  it('says of every event what it changes, or what it means for the subscription', () => {
    const prose = guidePage('cache.md').replaceAll(/```.*?```/gs, '');
    const tables = [...prose.matchAll(/^\| event \| changes \|\n\|---\|---\|\n((?:\|.*\n)+)/gm)].map(([, rows = '']) => rows);
    const inTables = tables.flatMap((rows) => [...rows.matchAll(/^\|([^|]+)\| *\S/gm)].flatMap(([, cell = '']) => namesIn(cell)));
    const inText = [...prose.matchAll(/^(`\w+`) (?:changes|means)/gm)].flatMap(([, name = '']) => namesIn(name));
    const ofSubscriptions = ['ResyncRequired', 'StreamReady'];
    expect([...inTables, ...inText, ...ofSubscriptions].toSorted()).toEqual(events.toSorted());
    for (const name of ofSubscriptions) expect(guidePage('subscriptions.md')).toMatch(new RegExp(`^ *case '${name}': // \\S`, 'm'));
  });

  it('lists every type without an id that a query can bring, for graphcache', () => {
    const shaped = /(Payload|Connection|Edge|Error|PageInfo|Query|Mutation|Subscription)$/;
    const keyless = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !shaped.test(type.name) && !events.includes(type.name))
      .filter((type) => !fieldsOf(type as GraphQLObjectType).includes('id'));
    const [, listed = ''] = /^- \*\*`keys`\*\*: (.+)$/m.exec(guidePage('clients.md')) ?? [];
    expect(
      namesIn(listed)
        .filter((name) => /^[A-Z]/.test(name))
        .concat('Viewer')
        .toSorted(),
    ).toEqual(keyless.map(({ name }) => name).toSorted());
  });

  it('lists every close code and whether to reconnect', () => {
    const told = rowsBelow('Close codes of the WebSocket', 'code').map(([code, , back]) => `${code} ${back?.startsWith('yes')}`);
    const real = new Set(Object.values(closes).map(({ code, retry }) => `${code} ${retry}`));
    expect(told.toSorted()).toEqual([...real].toSorted());
  });

  it('explains every code of a refusal and of a request error', () => {
    expect(codesBelow('Refusals', 'code').toSorted()).toEqual([...refusalCodes].toSorted());
    expect(codesBelow('Request errors', '`extensions.code`').toSorted()).toEqual([
      'BAD_USER_INPUT',
      'INTERNAL',
      'PERSISTED_QUERY_NOT_FOUND',
      'RATE_LIMITED',
      'UNAUTHENTICATED',
      'UNAVAILABLE',
      'UNTRUSTED_DOCUMENT',
    ]);
  });
});

/** Its first subscription brings an event of which a part failed, and ends because the user has asked for too much. */
const troubled = `
  const { iterate } = client;
  client.iterate = async function* () {
    client.iterate = iterate;
    yield { data: { events: { __typename: 'TypingChanged' } }, errors: [{ message: 'a bug', extensions: { code: 'INTERNAL' } }] };
    throw [{ message: 'Too many operations', extensions: { code: 'RATE_LIMITED', retryAfterMs: 1 } }];
  };
`;

/** All samples as one program against a real server, with what they leave to the reader: another user, and a lost connection. */
function sampleProgram(url: string): string {
  const samples = guide.flatMap(({ text }) => [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code)).join('\n');
  return `
    const seen = [];
    async function told({ __typename, streamId, seq }) {
      seen.push(seq === undefined ? __typename : __typename + ' ' + seq);
      const times = seen.filter((name) => name === 'StreamReady').length;
      if (__typename === 'StreamReady' && times === 1) {
        await ask(send, { input: { ...input, clientMessageId: 'live' } }, fresh.accessToken);
      }
      if (__typename === 'MessageSent' && times === 1) {
        await ask(send, { input: { ...input, clientMessageId: 'missed' } }, fresh.accessToken).then(() => client.terminate());
      }
      if (__typename === 'StreamReady' && times === 2) {
        process.stdout.write(JSON.stringify({ seen, held: positions.get(conversationId).seq }));
        process.exit(0);
      }
    }
    ${samples.replaceAll('http://127.0.0.1:4000', url).replaceAll('ws://127.0.0.1:4000', url.replace('http', 'ws'))}
  `
    .replace('const { user: ben }', "await ask(signUp, { input: { handle: 'ben', password: 'a long enough one' } });\nconst { user: ben }")
    .replace('for (let failures', `${troubled}\n$&`)
    .replace('      apply(data.events);', '      apply(data.events); void told(data.events);');
}

describe('the samples of docs/api', () => {
  it('sign up, send, subscribe, and resume after a lost connection with what was missed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mpim-docs-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await using node = await startNodeProcess({ DATA_DIR: folder });
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', sampleProgram(node.url)], {
      cwd: root,
    });
    const { seen, held } = JSON.parse(stdout);
    expect(seen.slice(0, 2)).toEqual(['TypingChanged', 'StreamReady']);
    expect(seen.filter((name: string) => name.startsWith('MessageSent'))).toEqual(['MessageSent 2', 'MessageSent 3']);
    expect(held).toBe(3);
  });
});
