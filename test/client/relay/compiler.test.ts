import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type DirectiveNode, Kind, type NameNode, parse, print, visit } from 'graphql';
import { expect, it, onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const kinds = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
// The path of the compiler for this machine, or null if there is none.
const compiler = createRequire(import.meta.url)('relay-compiler') as string;

/** A different alias for each spread: the compiler requires one if the fragment is of a narrower type. */
function alias(number = 0): DirectiveNode {
  const value = { kind: Kind.STRING, value: `spread${number}` } as const;
  const argument = { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'as' }, value } as const;
  return { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'alias' }, arguments: [argument] };
}

/** All documents of a folder as one module, with the names that the compiler requires in a file of this name. */
function moduleOf(module: string, folder: string): string {
  const files = readdirSync(join(root, folder)).map((name) => readFileSync(join(root, folder, name), 'utf8'));
  const named = (value: string): NameNode => ({ kind: Kind.NAME, value: `${module}${value}` });
  const { definitions } = visit(parse(files.join('\n')), {
    OperationDefinition: (node) => ({ ...node, name: named(`${node.name?.value}${kinds[node.operation]}`) }),
    FragmentDefinition: (node) => ({ ...node, name: named(`_${node.name.value}`) }),
    FragmentSpread: (node) => ({ ...node, name: named(`_${node.name.value}`), directives: [alias(node.loc?.start)] }),
  });
  return definitions.map((one, n) => `export const document${n} = graphql\`${print(one)}\`;`).join('\n');
}

/** Compiles modules in a folder of its own. Returns a function that reads files of that folder. */
async function compile(modules: Readonly<Record<string, string>>, config: object): Promise<(path: string) => Promise<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-relay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'src'));
  await copyFile(join(root, 'schema/schema.graphql'), join(folder, 'schema.graphql'));
  const customScalarTypes = { DateTime: 'string', JSONObject: 'Record<string, unknown>' };
  const whole = { src: './src', schema: './schema.graphql', language: 'typescript', customScalarTypes, ...config };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(whole));
  await writeFile(join(folder, 'persisted.json'), '{}');
  for (const [name, text] of Object.entries(modules)) await writeFile(join(folder, 'src', `${name}.ts`), text);
  await promisify(execFile)(compiler, [], { cwd: folder });
  return (path) => readFile(join(folder, path), 'utf8');
}

it('relay-compiler accepts our schema and all our documents', async () => {
  const modules = { tests: moduleOf('tests', 'test/support/documents'), web: moduleOf('web', 'web/documents') };
  const read = await compile(modules, { requireCustomScalarTypes: true });
  expect(await read('src/__generated__/testsResumableSubscription.graphql.ts')).toContain('resyncReason');
  expect(await read('src/__generated__/tests_ReferenceParts.graphql.ts')).toContain('readonly data: Record<string, unknown> | null');
  expect(await read('src/__generated__/webSendMessageMutation.graphql.ts')).toContain('errors');
});

it('the ids that relay-compiler gives documents are the hashes that a node knows them by', async () => {
  const me = 'export const me = graphql`query meQuery { viewer { user { id } } }`;';
  const persistConfig = { file: './persisted.json', algorithm: 'SHA256', include_query_text: true };
  const read = await compile({ me }, { persistConfig });
  const [id, text] = Object.entries(JSON.parse(await read('persisted.json')) as Record<string, string>)[0] ?? [];
  expect(id).toBe(createHash('sha256').update(String(text)).digest('hex'));
  const artifact = await read('src/__generated__/meQuery.graphql.ts');
  expect(artifact).toContain(`"id": "${id}"`);
  expect(artifact).toContain(`"text": ${JSON.stringify(text)}`);
});
