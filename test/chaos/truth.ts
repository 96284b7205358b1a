import type { EntryFacts, HistoryRecord, LogRecord } from './history.ts';

/** A member's time in a conversation, as seqs: from their joining up to, but not including, their leaving. */
export interface Stay {
  readonly from: number;
  /** Infinity while they are a member. */
  readonly until: number;
}

/** What the logs say, and what follows from them. */
export interface Truth {
  readonly logs: readonly LogRecord[];
  log(stream: string): LogRecord | undefined;
  entry(stream: string, seq: number): EntryFacts | undefined;
  /** Whether a user may read an entry. Always true in their own account's stream. */
  mayRead(user: string, stream: string, seq: number): boolean;
  /** Whether an access of the user ended with exactly this entry. */
  left(user: string, stream: string, seq: number): boolean;
  /** When the first access that ends after this position ended, in ms. Undefined if none did. */
  endedAt(user: string, stream: string, seq: number): number | undefined;
  /** Returns the first seq of the access that this seq belongs to, or 0 if it belongs to none. */
  entered(user: string, stream: string, seq: number): number;
  /**
   * The texts that a message may have, from the first one on in the order of its edits. '' is last if it was recalled. Includes texts that
   * are not known to have been stored.
   */
  texts(stream: string, seq: number): readonly string[];
  /** Returns the members after this entry. */
  members(stream: string, seq: number): ReadonlySet<string>;
}

/** Reads the logs at the end of a history. */
export function readTruth(records: readonly HistoryRecord[]): Truth {
  const logs = records.filter((record) => record.what === 'log');
  const byStream = new Map(logs.map((log) => [log.stream, log]));
  const bySeq = new Map(logs.map(({ stream, entries }) => [stream, new Map(entries.map((entry) => [entry.seq, entry]))]));
  const stays = new Map(logs.map((log) => [log.stream, staysIn(log)]));

  function staysOf(user: string, stream: string): readonly Stay[] {
    return stays.get(stream)?.get(user) ?? [];
  }

  const sent = new Map(records.flatMap((record) => (record.what === 'send' ? [[`${record.by} ${record.key}`, record.text] as const] : [])));
  const edits = Map.groupBy(
    records.filter((record) => record.what === 'edit'),
    ({ stream, seq }) => `${stream} ${seq}`,
  );

  return {
    logs,
    log: (stream) => byStream.get(stream),
    entry: (stream, seq) => bySeq.get(stream)?.get(seq),
    mayRead: (user, stream, seq) => user === stream || staysOf(user, stream).some(({ from, until }) => from <= seq && seq < until),
    left: (user, stream, seq) => staysOf(user, stream).some(({ until }) => until === seq),
    endedAt(user, stream, seq) {
      const stay = staysOf(user, stream).find(({ until }) => until > seq && until !== Number.POSITIVE_INFINITY);
      const entry = stay && bySeq.get(stream)?.get(stay.until);
      return entry && Date.parse(entry.loggedAt);
    },
    entered: (user, stream, seq) => staysOf(user, stream).find(({ from, until }) => from <= seq && seq < until)?.from ?? 0,
    texts(stream, seq) {
      const { sender = '', key = '', text: read = '' } = bySeq.get(stream)?.get(seq) ?? {};
      const changed = (edits.get(`${stream} ${seq}`) ?? []).filter(({ outcome }) => outcome !== 'refused').map(({ text }) => text);
      return [
        ...new Set([
          sent.get(`${sender} ${key}`) ?? read,
          ...changed.filter((text) => text !== ''),
          ...changed.filter((text) => text === ''),
        ]),
      ];
    },
    members: (stream, seq) => membersAfter(byStream.get(stream), seq),
  };
}

function staysIn({ entries, between = [] }: LogRecord): ReadonlyMap<string, readonly Stay[]> {
  const always = { from: 1, until: Number.POSITIVE_INFINITY };
  const stays = new Map<string, readonly Stay[]>(between.map((user) => [user, [always]]));
  for (const { type, seq, member = '' } of entries) {
    const known = stays.get(member) ?? [];
    if (type === 'MemberJoined') stays.set(member, [...known, { from: seq, until: Number.POSITIVE_INFINITY }]);
    if (type === 'MemberLeft')
      stays.set(
        member,
        known.map((stay) => (stay.until > seq ? { ...stay, until: seq } : stay)),
      );
  }
  return stays;
}

function membersAfter({ entries, between }: Pick<LogRecord, 'entries' | 'between'> = { entries: [] }, seq: number): ReadonlySet<string> {
  const members = new Set(between);
  for (const entry of entries) if (entry.seq <= seq) comeOrGo(members, entry);
  return members;
}

/** Applies an entry to a set of members. */
export function comeOrGo(members: Set<string>, { type, member = '' }: EntryFacts): void {
  if (type === 'MemberJoined') members.add(member);
  if (type === 'MemberLeft') members.delete(member);
}
