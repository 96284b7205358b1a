import { describe, expect, it } from 'vitest';
import { cycles, loadedWith, readSources, type Source } from './support/sources.ts';

const src = readSources('src');
const schema = readSources('schema');
const gateway = readSources('gateway');
const client = readSources('client');
const web = readSources('web');
const program = [...src, ...schema, ...gateway];
const written = [...program, ...client, ...web, ...readSources('scripts', 'prisma')];

/**
 * The other modules that each module of src may import, always by their index.ts, besides config, which all may. A module that is not in
 * the table must not exist.
 */
const below: Readonly<Record<string, readonly string[]>> = {
  config: [],
  redis: [],
  db: [],
  bus: ['redis'],
  limit: ['redis'],
  cache: ['bus', 'redis'],
  cluster: ['bus', 'redis'],
  newest: ['bus'],
  settings: ['db', 'bus', 'newest'],
  log: ['db', 'bus'],
  queue: ['db', 'log'],
  words: ['db', 'bus', 'log', 'newest', 'queue'],
  jobs: ['db'],
  audit: ['db'],
  transfer: ['db', 'audit'],
  identity: [],
  user: ['db', 'log', 'limit', 'cache', 'jobs', 'words', 'identity'],
  contact: ['db', 'log', 'limit', 'jobs', 'words', 'user'],
  group: ['db', 'limit', 'log', 'user', 'contact', 'cache', 'jobs', 'words'],
  message: ['db', 'bus', 'log', 'user', 'contact', 'group', 'jobs', 'words'],
  scheduled: ['db', 'log', 'user', 'message', 'jobs'],
  draft: ['db', 'log', 'user', 'group', 'message', 'jobs'],
  saved: ['db', 'log', 'user', 'message'],
  search: ['db', 'limit', 'log', 'user', 'group', 'message'],
  moderation: ['db', 'limit', 'log', 'jobs', 'user', 'group', 'message', 'queue'],
  presence: ['db', 'redis', 'bus', 'log', 'limit', 'user', 'cluster', 'words'],
  notice: ['db', 'log', 'user', 'jobs'],
  worker: ['db', 'redis', 'log', 'jobs'],
  retention: ['db', 'log', 'jobs'],
  oversight: ['db', 'log', 'user', 'presence', 'cluster'],
  outgoing: [],
  push: ['db', 'log', 'user', 'contact', 'group', 'message', 'presence', 'notice', 'outgoing', 'worker'],
  export: ['db', 'log', 'user', 'contact', 'group', 'message', 'scheduled', 'draft', 'saved', 'presence', 'push', 'moderation', 'jobs'],
  import: ['db', 'log', 'user', 'group', 'message'],
  webhook: ['db', 'bus', 'log', 'newest', 'message', 'jobs', 'outgoing', 'worker'],
  feed: ['db', 'bus', 'log', 'user', 'group', 'message'],
};
/** The wiring, which is above every module. */
const wiring = ['src/chat.ts', 'src/job-handlers.ts', 'src/open.ts', 'src/on-redis.ts'];
/** The files that choose between the variants of ports. */
const choosing = ['src/open.ts', 'src/on-redis.ts'];
/** The files of one variant of a port, such as `bus.redis.ts` and `db.sqlite.ts`. */
const variant = /\.(redis|memory|mysql|sqlite)\.ts$/;
/** Packages that serve clients. src/ is the chat without them. */
const speaking = /^(graphql|graphql-yoga|graphql-ws|graphql-subscriptions|ws|node:https?|@graphql[^/]*\/.*|@pothos\/.*)$/;

function moduleOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function breaches(sources: readonly Source[], breaks: (source: Source, target: string) => boolean): readonly string[] {
  return sources.flatMap((source) =>
    source.imports.filter((target) => breaks(source, target)).map((target) => `${source.path} imports ${target}`),
  );
}

/** The files of src that others may import: those in no module, such as src/errors.ts, and the index.ts of each module. */
function isFace(target: string): boolean {
  return /^src\/([^/]+\/index|[^/]+)\.ts$/.test(target);
}

describe('imports', () => {
  it('of schema reach only the public files of src', () => {
    expect(breaches(schema, (_, target) => target.startsWith('gateway/') || (target.startsWith('src/') && !isFace(target)))).toEqual([]);
  });

  it('of gateway reach only the public files of src and schema', () => {
    const faces = ['schema/index.ts', 'schema/admin/index.ts'];
    const outside = (target: string): boolean => /^(src|schema)\//.test(target) && !isFace(target) && !faces.includes(target);
    expect(breaches(gateway, (_, target) => outside(target))).toEqual([]);
  });

  it('of the public schema never reach the operators’ schema', () => {
    const ofOperators = (path: string): boolean => path.startsWith('schema/admin/');
    expect(breaches(schema, ({ path }, target) => !ofOperators(path) && ofOperators(target))).toEqual([]);
  });

  it('of src reach no GraphQL, sockets or HTTP', () => {
    // Requests to other servers are in a module of their own.
    const isOutgoing = ({ path }: Source, target: string): boolean => path.startsWith('src/outgoing/') && /^node:https?$/.test(target);
    const isSpeaking = (source: Source, target: string): boolean => speaking.test(target) && !isOutgoing(source, target);
    expect(breaches(src, (source, target) => isSpeaking(source, target) || /^(gateway|schema|test)\//.test(target))).toEqual([]);
  });

  it('of a module reach only modules below it, by their index.ts', () => {
    const breaks = (source: Source, target: string): boolean => {
      const [from, to] = [moduleOf(source.path), moduleOf(target)];
      if (to === undefined || from === to || wiring.includes(source.path)) return false;
      const may = to === 'config' || (from !== undefined && below[from]?.includes(to));
      return !may || target !== `src/${to}/index.ts`;
    };
    expect(breaches(src, breaks)).toEqual([]);
  });

  it('of every module of src are in the table', () => {
    const modules = new Set(src.map((source) => moduleOf(source.path)).filter((name) => name !== undefined));
    expect([...modules].filter((name) => !(name in below))).toEqual([]);
  });

  it('of a port’s variant are in the files that choose between them only', () => {
    const beside = (path: string, target: string): boolean => variant.test(path) && moduleOf(path) === moduleOf(target);
    const chosen = breaches(program, ({ path }, target) => variant.test(target) && !choosing.includes(path) && !beside(path, target));
    expect(chosen).toEqual([]);
  });

  it('of a node that starts load no package that only some configurations need', () => {
    const loaded = loadedWith('gateway/run.ts', [...program]);
    const needed = ['graphql-yoga', '@prisma/client/runtime/client', 'src/open.ts', 'src/db/index.ts'];
    expect(needed.filter((each) => !loaded.has(each))).toEqual([]);
    const some = /^(mariadb|ioredis|graphql-redis-subscriptions|@libsql\/.*|@prisma\/adapter-.*|@opentelemetry\/(?!api$).*)$/;
    expect([...loaded].filter((each) => some.test(each))).toEqual([]);
  });

  it('of the files that choose are in the gateway only', () => {
    expect(breaches([...src, ...schema], ({ path }, target) => choosing.includes(target) && !choosing.includes(path))).toEqual([]);
  });

  it('of the client package reach nothing of the server or of Node, and libraries only from the entries for them', () => {
    const libraries: Readonly<Record<string, readonly string[]>> = {
      'client/apollo.ts': ['@apollo/client/core', '@apollo/client/errors', 'rxjs'],
      'client/graphql-ws.ts': ['graphql-ws'],
      'client/relay.ts': ['graphql', 'relay-runtime'],
      'client/urql.ts': ['@urql/core', 'wonka'],
      'client/typed-document.ts': ['graphql'],
      'client/document.ts': ['graphql'],
    };
    const outside = (source: Source, target: string): boolean =>
      !target.startsWith('client/') && libraries[source.path]?.includes(target) !== true;
    expect(client.length).toBeGreaterThan(10);
    expect(breaches(client, outside)).toEqual([]);
    expect(breaches(program, (_, target) => target.startsWith('client/'))).toEqual([]);
  });

  it('of the demo app reach only the client package and its generated types, and nothing imports the demo app', () => {
    const faces = ['client/index.ts', 'client/graphql-ws.ts'];
    const app = web.filter(({ path }) => path !== 'web/vite.config.ts');
    const isLibrary = (target: string): boolean => /^react(-dom)?(\/|$)/.test(target);
    expect(app.length).toBeGreaterThan(20);
    expect(breaches(app, (_, target) => !target.startsWith('web/') && !faces.includes(target) && !isLibrary(target))).toEqual([]);
    expect(breaches([...program, ...client, ...readSources('scripts')], (_, target) => target.startsWith('web/'))).toEqual([]);
  });

  it('have no cycles', () => {
    expect(cycles([...program, ...client, ...web])).toEqual([]);
  });

  it('of OpenTelemetry are loaded only if tracing is configured', () => {
    const tracing = breaches(program, (_, target) => target.startsWith('@opentelemetry/')).map((breach) => breach.split(' ')[0]);
    expect([...new Set(tracing)].toSorted()).toEqual(['gateway/otlp.ts', 'gateway/span-exporter.ts']);
    const loading = /^import (?!type )[^;]*?from '\.\/(otlp|span-exporter)\.ts'/m;
    expect(program.filter(({ text }) => loading.test(text)).map(({ path }) => path)).toEqual(['gateway/otlp.ts']);
  });

  it('of the environment are in one place', () => {
    const readers = program.filter((source) => /process\.env\b|process\[|'node:process'/.test(source.text)).map((source) => source.path);
    expect(readers.filter((path) => path !== 'gateway/main.ts')).toEqual([]);
  });
});

describe('a file', () => {
  it('has at most 300 lines', () => {
    const long = written.filter((source) => source.text.split('\n').length > 301).map((source) => source.path);
    expect(long).toEqual([]);
  });

  it('has a name that says what is in it', () => {
    const vague = /(^|[/.-])(utils?|helpers?|common|misc|shared)([/.-]|$)/;
    expect([...written, ...readSources('test')].filter((source) => vague.test(source.path)).map((source) => source.path)).toEqual([]);
  });

  it('has a docstring for each exported function and type', () => {
    // A type that is read from a constant (`(typeof codes)[number]`) is described by the constant.
    const exported = /^export (?:async )?(?:function|interface|class|type(?! (?:\*|\{)|.*\(typeof \w+\)\[number\];))\s+(\w+)/;
    const silent = written.flatMap(({ path, text }) => {
      const lines = text.split('\n');
      return lines.flatMap((line, at) => (exported.test(line) && !lines[at - 1]?.endsWith('*/') ? [`${path}:${at + 1} ${line}`] : []));
    });
    expect(silent).toEqual([]);
  });

  it('that is a module’s index.ts begins with a comment', () => {
    const faces = src.filter((source) => /^src\/[^/]+\/index\.ts$/.test(source.path));
    expect(faces.filter((source) => !/^\/[/*]/.test(source.text)).map((source) => source.path)).toEqual([]);
  });
});
