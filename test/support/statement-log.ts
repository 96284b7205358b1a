import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type RawSql, rawSql } from './raw-sql.ts';
import { startMariadb } from './services.ts';
import type { Stores } from './stores.ts';

/** A private MariaDB, with all statements that it receives, verbatim. */
export interface StatementLog extends AsyncDisposable {
  /** An empty database on it. No Redis. */
  readonly stores: Stores;
  readonly sql: RawSql;
  /**
   * Runs `work`, and returns all statements that the server received meanwhile, from any client, without those that open and close a
   * connection.
   */
  during<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly statements: readonly string[] }>;
}

/** Starts it with its general log in a file: the log table would lose four-byte characters. */
export async function startStatementLog(): Promise<StatementLog> {
  await using starting = new AsyncDisposableStack();
  const server = starting.use(await startMariadb({ args: ['--general-log=1', '--log-output=FILE', '--general-log-file=statements.log'] }));
  const onServer = starting.use(
    await rawSql({ env: { DATABASE_URL: `${server.url}mysql` }, [Symbol.asyncDispose]: async () => undefined }),
  );
  await onServer.run('CREATE DATABASE mpim');
  const stores: Stores = { env: { DATABASE_URL: `${server.url}mpim`, DATA_DIR: '' }, [Symbol.asyncDispose]: async () => undefined };
  const sql = starting.use(await rawSql(stores));
  const file = join(await onServer.text('SELECT @@datadir'), 'statements.log');
  const started = starting.move();
  return {
    stores,
    sql,
    async during(work) {
      const { size } = await stat(file);
      const result = await work();
      return { result, statements: statementsIn(await readFrom(file, size)) };
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function readFrom(file: string, start: number): Promise<string> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const { buffer } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
  return readable(buffer.toString('latin1'));
}

// A binary literal as the driver writes it. Each character stands for a byte.
const bytesLiteral = /_BINARY '((?:[^'\\]|\\.)*)'/gs;
const escapes: Readonly<Record<string, string>> = { 0: '\0', n: '\n', r: '\r', t: '\t', b: '\b', Z: '\x1a' };

/** Converts the log to text. Binary literals become hexadecimal, because they need not be UTF-8. */
function readable(log: string): string {
  const spelled = log.replace(bytesLiteral, (_, literal: string) => {
    const bytes = literal.replace(/\\(.)/gs, (_escape, letter: string) => escapes[letter] ?? letter);
    return `X'${Buffer.from(bytes, 'latin1').toString('hex')}'`;
  });
  return Buffer.from(spelled, 'latin1').toString('utf8');
}

// For each command, the log has a time if it differs from the previous one, the connection, the kind of command, and its text, which may
// span lines.
const command = /^(?:\d{6} +\d+:\d\d:\d\d|[\d-]+T[\d:.]+Z)?\t+ *\d+ (\w[\w ]*?)\t/;

function statementsIn(log: string): readonly string[] {
  const commands: { readonly kind: string; text: string }[] = [];
  for (const line of log.split('\n')) {
    const [head = '', kind] = command.exec(line) ?? [];
    const last = commands.at(-1);
    if (kind !== undefined) commands.push({ kind, text: line.slice(head.length) });
    else if (last !== undefined) last.text += `\n${line}`;
  }
  return commands.flatMap(({ kind, text }) => (kind === 'Query' && !/^SET /.test(text) ? [text.trimEnd()] : []));
}

/** Returns the kind of a statement: without its values, however many, and with only one part of a UNION. */
export function kindOf(statement: string): string {
  return statement
    .replace(/'(?:[^'\\]|\\.)*'/gs, '?')
    .replace(/\b\d+\b/g, '?')
    .replace(/\s+/g, ' ')
    .replace(/\?(?:, ?\?)+/g, '?')
    .replace(/(\([^()]*(?:\([^()]*\))?[^()]*\))(?: OR \1)+/g, '$1')
    .replace(/ UNION ALL .*/, ' UNION ALL …');
}
