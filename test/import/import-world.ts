import pino from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/bus.ts';
import type { Chat } from '../../src/chat.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createImports, type ImportOptions, ImportStopped, type ImportSummary, type Imports } from '../../src/import/index.ts';
import { createLog, type Entry } from '../../src/log/index.ts';
import type { Message } from '../../src/message/index.ts';
import { createRetention } from '../../src/retention/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';

/** A line of a file, before it is written as JSON. */
export type Written = Readonly<Record<string, unknown>>;

/** A node, and a command beside it that imports, on one database. */
export interface ImportWorld extends AsyncDisposable {
  readonly db: Db;
  readonly chat: Chat;
  /** The bus of the command. */
  readonly bus: Bus;
  readonly imports: Imports;
  /** Imports lines by the command. */
  bring(lines: readonly Written[], options?: ImportOptions): Promise<ImportSummary>;
  /** Imports lines that stop the import. Resolves with the line, the field and the code. */
  stopped(lines: readonly Written[], options?: ImportOptions): Promise<readonly [line: string, field: string, code: string]>;
  /** The viewer with a handle. */
  viewer(handle: string): Promise<Viewer>;
  /** The viewer's group of this name, or null if the viewer is in none. */
  group(viewer: Viewer, name: string): Promise<bigint | null>;
  /** All messages of a conversation that a member can see. */
  messages(viewer: Viewer, conversationId: bigint): Promise<readonly Message[]>;
  /** A member's unread counts. */
  waits(viewer: Viewer, conversationId: bigint): Promise<{ readonly unread: number; readonly mentions: number; readonly threads: number }>;
  /** Runs retention: removes what is older than so many days. */
  forget(days: number): Promise<void>;
  entries(streamId: bigint): Promise<readonly Entry[]>;
  /** Every row of the tables that hold user data. */
  rows(): Promise<unknown>;
}

/** Lines as a file's bytes, in pieces that end anywhere. */
export async function* fileOf(lines: readonly (Written | string)[], pieceBytes = 100): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

/** Makes the world on a database, which is disposed with it. */
export function importingOn(db: Db): ImportWorld {
  const chat = chatOver(db, { HEAD_CHECK_MS: '200' });
  const bus = createMemoryBus();
  const log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
  const config = readConfig({ MAX_GROUP_MEMBERS: '5', MAX_REACTIONS: '2', MAX_MESSAGE_LENGTH: '100', IDENTITY_ISSUER: '' });
  const imports = createImports({ db, log, config });

  async function access(viewer: Viewer, conversationId: bigint) {
    const [found] = await chat.groups.memberships([{ conversationId, userId: viewer.userId }]);
    if (!found) throw new Error('no member');
    return found;
  }

  const bring: ImportWorld['bring'] = (lines, options) => imports.run(fileOf(lines), options);
  return {
    ...{ db, chat, bus, imports, bring },
    async stopped(lines, options) {
      const error: unknown = await bring(lines, options).then(
        () => null,
        (why: unknown) => why,
      );
      if (!(error instanceof ImportStopped)) throw new Error(`it did not stop at a line: ${String(error)}`);
      return [/^Line \d+/.exec(error.message)?.[0] ?? '', error.field?.join('.') ?? '', error.code];
    },
    async viewer(handle) {
      const row = await db.client.user.findUniqueOrThrow({ where: { handle } });
      return { userId: row.id, sessionId: '' };
    },
    async group(viewer, name) {
      const { items } = await chat.groups.list(viewer, { first: 100 });
      return items.find(({ conversation }) => conversation.name === name)?.conversation.id ?? null;
    },
    messages: async (viewer, conversationId) => (await chat.messages.messages(await access(viewer, conversationId), { first: 100 })).items,
    async waits(viewer, conversationId) {
      const [conversation] = await chat.groups.byIds([conversationId]);
      if (!conversation) throw new Error('no conversation');
      const of = [{ conversation, access: await access(viewer, conversationId) }];
      const [[unread = -1], [mentions = -1]] = await Promise.all([chat.messages.unread(of), chat.messages.mentions(of)]);
      return { unread, mentions, threads: (await chat.messages.unreadTotals(viewer)).threads };
    },
    async forget(historyDays) {
      const parts = {
        ...{ db, log },
        logger: pino({ level: 'silent' }),
        config: { historyDays, accountLogDays: 0, roles: ['worker' as const] },
      };
      await using retention = createRetention(parts);
      await retention.round({ after: 0n }, new AbortController().signal);
    },
    entries: async (streamId) => (await log.read(streamId, { after: 0, limit: 10_000 })).entries,
    async rows() {
      const { client } = db;
      return await Promise.all([
        client.stream.findMany({ orderBy: { id: 'asc' } }),
        client.entry.findMany({ orderBy: [{ streamId: 'asc' }, { seq: 'asc' }] }),
        client.message.findMany({ orderBy: [{ conversationId: 'asc' }, { seq: 'asc' }] }),
        client.membership.findMany({ orderBy: [{ conversationId: 'asc' }, { userId: 'asc' }] }),
        client.conversation.findMany({ orderBy: { id: 'asc' } }),
        client.user.findMany({ orderBy: { id: 'asc' } }),
        client.imported.findMany({ orderBy: { id: 'asc' } }),
        client.importPending.findMany(),
        client.importedRead.findMany(),
        ...[client.mention.findMany(), client.reply.findMany(), client.threadPart.findMany(), client.reaction.findMany()],
      ]);
    },
    async [Symbol.asyncDispose]() {
      await chat[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}
