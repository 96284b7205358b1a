import type { Connection } from 'mariadb';
import { PollOfDocument } from '../support/generated/graphql.ts';
import { call } from './call.ts';
import type { Actor, Cast } from './cast.ts';
import type { KeptRecord, PollRecord } from './history.ts';
import { momentOf, namesOf, numberOf, openDatabase } from './look.ts';
import type { Post } from './stage.ts';

interface PollRow {
  readonly seq: number;
  readonly poll: string;
  readonly pollClosedAt: string | null;
}

interface VoteRow {
  readonly messageSeq: number;
  readonly choice: number;
  readonly userId: number;
}

/**
 * Reads all polls of the group that has polls: the votes directly from the database, and the counts from a node. Throws if the node does
 * not answer.
 */
export async function readPolls(databaseUrl: string, cast: Cast, post: Post): Promise<readonly PollRecord[]> {
  const stream = cast.crown.id;
  const [{ rows, votes }, names] = [await withDatabase(databaseUrl, (connection) => pollRows(connection, numberOf(stream))), namesOf(cast)];
  const polls: PollRecord[] = [];
  for (const { seq, poll, pollClosedAt } of rows) {
    const own = Map.groupBy(
      votes.filter(({ messageSeq }) => messageSeq === seq),
      ({ userId }) => names.get(userId) ?? '',
    );
    polls.push({
      ...{ what: 'poll', stream, seq, anonymous: JSON.parse(poll).anonymous, closed: pollClosedAt !== null },
      votes: [...own].map(([by, all]) => ({ by, choices: all.map(({ choice }) => choice).join(' ') })),
      ...(await counted(post, cast.crown.owner, Buffer.from(`Message:${numberOf(stream)}:${seq}`).toString('base64url'))),
    });
  }
  return polls;
}

async function pollRows(
  connection: Connection,
  id: number,
): Promise<{ readonly rows: readonly PollRow[]; readonly votes: readonly VoteRow[] }> {
  return {
    rows: await connection.query('SELECT seq, poll, pollClosedAt FROM Message WHERE conversationId = ? AND poll IS NOT NULL', [id]),
    votes: await connection.query('SELECT messageSeq, choice, userId FROM PollVote WHERE conversationId = ? ORDER BY messageSeq, choice', [
      id,
    ]),
  };
}

async function counted(
  { number, node: { url } }: Post,
  { tokens: [token] }: Actor,
  id: string,
): Promise<Pick<PollRecord, 'counts' | 'voters'>> {
  const called = await call({ url, token }, PollOfDocument, { id });
  const message = called.data?.node;
  if (message?.__typename !== 'Message' || message.poll === null)
    throw new Error(`node ${number} does not answer about a poll: ${JSON.stringify(called)}`);
  return { counts: message.poll.options.map(({ voteCount }) => voteCount), voters: message.poll.voterCount };
}

/** Reads the drafts and saved messages of all users directly from the database. */
export async function readKept(databaseUrl: string, { actors, crown: { id: stream } }: Cast): Promise<readonly KeptRecord[]> {
  return await withDatabase(databaseUrl, async (connection) => {
    const kept: KeptRecord[] = [];
    for (const { id: user } of actors) {
      const ids = [numberOf(user), numberOf(stream)];
      const [draft] = await connection.query(
        'SELECT text, writtenAt, savedAt FROM Draft WHERE userId = ? AND conversationId = ? AND threadRootSeq = 0',
        ids,
      );
      const saved = await connection.query('SELECT seq, note FROM SavedMessage WHERE userId = ? AND conversationId = ? ORDER BY seq', ids);
      kept.push({
        ...{
          what: 'kept',
          user,
          stream,
          saved: saved.map(({ seq, note }: { seq: number; note: string | null }) => ({ seq, note: note ?? '' })),
        },
        draft: draft ? { writtenAt: Date.parse(momentOf(draft.writtenAt)), text: draft.savedAt === null ? null : draft.text } : null,
      });
    }
    return kept;
  });
}

/** Returns the number of drafts of which the devices have not been told yet. */
export async function untoldDrafts(databaseUrl: string): Promise<number> {
  const [row] = await withDatabase(databaseUrl, (connection) =>
    connection.query('SELECT COUNT(*) AS untold FROM Draft WHERE tellAt IS NOT NULL'),
  );
  return row.untold;
}

async function withDatabase<T>(databaseUrl: string, read: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await openDatabase(databaseUrl);
  try {
    return await read(connection);
  } finally {
    await connection.end();
  }
}
