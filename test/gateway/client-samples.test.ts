import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { guidePage, guideSection } from '../support/api-guide.ts';
import { world } from '../support/world.ts';

const chat = world();
const root = join(import.meta.dirname, '../..');
const [preface = '', ...sections] = guidePage('clients.md').split('\n## ');

const persisted = 'Persisted documents';

function blocksOf(text: string): readonly string[] {
  return [...text.matchAll(/```javascript\n(.*?)```/gs)].map(([, code = '']) => code);
}

/** Each library’s sample, and its variants, in which another block replaces one line. */
const samples = sections.flatMap((section) => {
  const [title = ''] = section.split('\n', 1);
  const [main, instead] = blocksOf(section);
  if (main === undefined || title === persisted) return [];
  return [
    { title, code: main },
    ...(instead === undefined ? [] : [{ title: `${title} over graphql-ws`, code: changed(main, instead) }]),
    ...(title === 'Apollo Client'
      ? [{ title: `${title}, ${persisted}`, code: changed(main, ...blocksOf(guideSection('clients.md', persisted))) }]
      : []),
  ];
});

function changed(code: string, instead = ''): string {
  return code.replace(/^const (?:link|urql) = .*;$/m, () => instead);
}

/** A sample as a program, with what it takes from the rest of the guide. */
function program(code: string, token: string): string {
  const [, watch = ''] = /const watch = `(.*?)`/s.exec(guidePage('subscriptions.md')) ?? [];
  return `
    import { createClient } from 'graphql-ws';
    const url = '${chat.url}/graphql';
    const currentAccessToken = async () => '${token}';
    const client = createClient({
      url: url.replace('http', 'ws'),
      connectionParams: async () => ({ authorization: \`Bearer \${await currentAccessToken()}\` }),
      retryAttempts: 0,
    });
    const positions = new Map();
    const watch = \`${watch}\`;
    const apply = ({ __typename, seq, messageEdge }) => console.log(__typename, seq, messageEdge?.node.text);
    ${blocksOf(preface).join('\n')}
    ${code}
  `;
}

describe('the samples of docs/api/clients.md', () => {
  it('are six', () => {
    expect(samples.map(({ title }) => title)).toEqual([
      'Apollo Client',
      'Apollo Client over graphql-ws',
      'Apollo Client, Persisted documents',
      'urql',
      'urql over graphql-ws',
      'graphql-sse',
    ]);
  });

  it.each(samples)('subscribe and get events: $title', async ({ code }) => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const sample = spawn(process.execPath, ['--input-type=module', '--eval', program(code, ben.token)], { cwd: root });
    onTestFinished(() => void sample.kill());
    let output = '';
    for (const stream of [sample.stdout, sample.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    await expect.poll(() => output).toBe('StreamReady undefined undefined\n');
    const { seq } = await chat.say(ann, group, 'Hello 🐘');
    await expect.poll(() => output).toBe(`StreamReady undefined undefined\nMessageSent ${seq} Hello 🐘\n`);
  });
});
