import { type MarkerRaise, markEffectsDone, raiseMarkers, raiseThreadReads, type Tx, writeInPieces } from '../db/index.ts';
import {
  type ConversationRow,
  conversationOpened,
  conversationRow,
  frozenMarkers,
  groupChanged,
  importedState,
  type MembershipRow,
  memberLeft,
  membershipRow,
  userExists,
} from '../group/index.ts';
import { countMarkerMoves, type EntryToLog, type Fact, type GroupField, type Inside, type Placed, type Verdict } from '../log/index.ts';
import { furtherOn } from '../message/index.ts';
import { type ImportParts, isSettled, waitForEffects } from './parts.ts';

/** What is left to do for a conversation: its row, and how far each user has read it, if the file says so. */
interface Pending {
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly joinPolicy: string;
  readonly reads: ReadonlyMap<bigint, number>;
}

/** What is left to do for a conversation. Null if nothing is. Guarded by the lock on its stream. */
const pendingOf: Fact<bigint, Pending | null> = {
  name: 'pending import',
  key: String,
  read: (tx, ids) =>
    Promise.all(
      ids.map(async (conversationId) => {
        const row = await tx.importPending.findUnique({ where: { conversationId } });
        if (row === null) return null;
        const reads = await tx.importedRead.findMany({ where: { conversationId } });
        return { ...row, reads: new Map(reads.map(({ userId, seq }) => [userId, seq])) };
      }),
    ),
};

// How many appends run at once. Those without a common member share a commit.
const atOnce = 16;

/**
 * Completes all conversations that have pending imports, from this run and from interrupted ones. Lets members in who are not in yet, tells
 * them, and sets read markers. Each conversation is completed in one commit. Resolves to the number of conversations that members were let
 * into. Throws ChatError UNAVAILABLE.
 */
export async function openAll(parts: ImportParts, { unread }: { readonly unread: boolean }): Promise<number> {
  let opened = 0;
  for (let after = -1n; ; ) {
    const rows = await parts.db.client.importPending.findMany({
      where: { conversationId: { gt: after } },
      orderBy: { conversationId: 'asc' },
      take: atOnce,
      select: { conversationId: true },
    });
    const ids = rows.map(({ conversationId }) => conversationId);
    const outcomes = await Promise.all(ids.map((id) => waitForEffects(() => complete(parts, id, unread))));
    opened += outcomes.filter((wasOpened) => wasOpened).length;
    const last = ids.at(-1);
    if (last === undefined) return opened;
    after = last;
  }
}

/** Completes one conversation. Resolves to whether anybody was let in. */
async function complete({ db, log }: ImportParts, conversationId: bigint, unread: boolean): Promise<boolean | 'busy'> {
  const members = await db.client.membership.findMany({
    where: { conversationId, state: { in: [importedState, 'ACTIVE'] } },
    select: { userId: true },
  });
  const userIds = members.map(({ userId }) => userId);
  return await log.append<boolean | 'busy'>({
    lock: [conversationId, ...userIds],
    async decide(inside) {
      const [row, pending] = await Promise.all([inside.read(conversationRow, conversationId), inside.read(pendingOf, conversationId)]);
      if (row === null || pending === null) return { result: () => false };
      const opening = await Opening.of(inside, { row, pending, userIds, unread });
      if (!(await isSettled(inside, [conversationId, ...opening.entering]))) return { result: () => 'busy' };
      return opening.verdict(db);
    },
  });
}

interface Given {
  readonly row: ConversationRow;
  readonly pending: Pending;
  readonly userIds: readonly bigint[];
  readonly unread: boolean;
}

/** The completion of one conversation. */
class Opening {
  /** Users who are let in. */
  readonly entering: readonly bigint[];
  readonly #inside: Inside;
  readonly #given: Given;
  /** Members who are in already. */
  readonly #there: readonly bigint[];
  /** Users who were to be let in and have deleted their accounts since. */
  readonly #gone: readonly bigint[];
  /** The new owner, if the owner has deleted their account. */
  readonly #heir: bigint | undefined;

  private constructor(inside: Inside, given: Given, rows: readonly MembershipRow[], exists: ReadonlySet<bigint>) {
    const isOutside = ({ state, shown }: MembershipRow): boolean => state === importedState || !shown;
    const outside = rows.filter(isOutside);
    const entering = outside.filter(({ userId }) => exists.has(userId));
    this.#inside = inside;
    this.#given = given;
    this.entering = entering.map(({ userId }) => userId);
    this.#there = rows.filter((row) => !isOutside(row)).map(({ userId }) => userId);
    this.#gone = outside.filter(({ userId }) => !exists.has(userId)).map(({ userId }) => userId);
    const { ownerId } = given.row;
    const isOwnerless = ownerId !== null && this.#gone.includes(ownerId);
    this.#heir = isOwnerless ? (entering.find(({ role }) => role === 'ADMIN') ?? entering[0])?.userId : undefined;
  }

  static async of(inside: Inside, given: Given): Promise<Opening> {
    const { row, userIds } = given;
    const rows = await Promise.all(userIds.map((userId) => inside.read(membershipRow, { conversationId: row.id, userId })));
    const present = rows.filter((one) => one !== null).filter(({ state }) => state === importedState || state === 'ACTIVE');
    const exist = await Promise.all(present.map(({ userId }) => inside.read(userExists, userId)));
    return new Opening(inside, given, present, new Set(present.filter((_, place) => exist[place]).map(({ userId }) => userId)));
  }

  verdict(db: ImportParts['db']): Verdict<boolean> {
    const { id } = this.#given.row;
    const told = this.#told();
    const seq = (this.#inside.head(id)?.lastSeq ?? 0) + told.length;
    return {
      // The members can read from the beginning, and follow live from the end.
      entries: () => [...told, ...this.entering.map((userId) => conversationOpened(userId, null, { conversationId: id, seq, fromSeq: 1 }))],
      write: async (tx, placed) => {
        await this.#letIn(tx, placed);
        await this.#putReads(db, tx);
        await this.#hideFromBlocked(tx);
        await markEffectsDone(db, tx, highestOf(placed));
      },
      result: () => this.entering.length > 0,
    };
  }

  // At the time of the newest message, so that another file can still add messages after that.
  #told(): readonly EntryToLog[] {
    const { id } = this.#given.row;
    const at = this.#inside.head(id)?.lastAt;
    const fields = this.#changedFields();
    return [
      ...this.#gone.map((userId) => memberLeft(id, null, { userId, reason: 'LEFT' })),
      ...(fields.length === 0 ? [] : [groupChanged(id, null, fields)]),
    ].map((entry) => ({ ...entry, at }));
  }

  #changedFields(): GroupField[] {
    const { row, pending } = this.#given;
    const isOpened = row.kind === 'GROUP' && this.entering.length > 0 && pending.joinPolicy !== row.joinPolicy;
    return [...(isOpened ? (['joinPolicy'] as const) : []), ...(this.#heir === undefined ? [] : (['ownerId'] as const))];
  }

  async #letIn(tx: Tx, { at, entries }: Placed): Promise<void> {
    const { row, pending } = this.#given;
    const of = (userIds: readonly bigint[]) => ({ conversationId: row.id, userId: { in: [...userIds] } });
    await writeInPieces(this.entering, (piece) => tx.membership.updateMany({ where: of(piece), data: { state: 'ACTIVE', shown: true } }));
    for (const userId of this.#gone) {
      const left = entries.find((entry) => entry.type === 'MemberLeft' && entry.data.userId === userId);
      await tx.membership.updateMany({ where: of([userId]), data: { state: 'LEFT', untilSeq: left?.seq ?? null, nickname: null } });
    }
    if (this.#heir !== undefined) await tx.membership.updateMany({ where: of([this.#heir]), data: { role: 'OWNER' } });
    const isEmpty = row.kind === 'GROUP' && row.dissolvedAt === null && row.memberCount === this.#gone.length;
    const data = {
      ...(this.#gone.length > 0 && { memberCount: { decrement: this.#gone.length } }),
      ...(this.#changedFields().includes('joinPolicy') && { joinPolicy: pending.joinPolicy }),
      ...(this.#heir !== undefined && { ownerId: this.#heir }),
      ...(isEmpty && { dissolvedAt: at }),
    };
    if (Object.keys(data).length > 0) await tx.conversation.update({ where: { id: row.id }, data });
  }

  /**
   * Sets markers. A user whom the file names has read as far as it says. Of the others, those who had read everything before the import
   * have read the imported messages too, unless `unread` is set.
   */
  async #putReads(db: ImportParts['db'], tx: Tx): Promise<void> {
    const { row, pending, unread } = this.#given;
    const { fromSeq, toSeq, reads } = pending;
    const { id: conversationId } = row;
    const raises = [...this.entering, ...this.#there].flatMap((userId): readonly MarkerRaise[] => {
      const readSeq = reads.get(userId);
      const marker = { conversationId, userId, deliveredSeq: toSeq };
      if (readSeq !== undefined) return [{ ...marker, deliveredSeq: Math.max(toSeq, readSeq), readSeq, onlyFrom: 0 }];
      return unread ? [] : [{ ...marker, readSeq: toSeq, onlyFrom: fromSeq }];
    });
    await raiseMarkers(db, tx, raises);
    await this.#putFurtherOn(db, tx);
    await raiseThreadReads(tx, { conversationId, userIds: raises.map(({ userId }) => userId), fromSeq, toSeq });
    await tx.importedRead.deleteMany({ where: { conversationId } });
    await tx.importPending.delete({ where: { conversationId } });
    // Only for members who were in already: the devices of those who are let in read the whole conversation anew.
    const raised = new Set(raises.map(({ userId }) => userId));
    const accounts = this.#there.filter((userId) => raised.has(userId)).flatMap((userId) => this.#inside.head(userId) ?? []);
    await countMarkerMoves(db, tx, { accounts, moves: new Map(accounts.map(({ id }) => [id, 1])) });
  }

  /** Where one user of a direct conversation already blocks the other, the block hides how far they read from here on. */
  async #hideFromBlocked(tx: Tx): Promise<void> {
    if (this.#given.row.kind !== 'DIRECT') return;
    const among = { in: [...this.entering, ...this.#there] };
    const blocks = await tx.block.findMany({ where: { userId: among, otherId: among, state: 'ACTIVE' } });
    for (const { userId, otherId } of blocks) await frozenMarkers.begin(tx, userId, otherId);
  }

  /** Moves the markers of all members past their own messages that follow, as when they are sent here (decision 17). */
  async #putFurtherOn(db: ImportParts['db'], tx: Tx): Promise<void> {
    const { id: conversationId } = this.#given.row;
    await writeInPieces([...this.entering, ...this.#there], async (userIds) => {
      const rows = await tx.membership.findMany({
        where: { conversationId, userId: { in: [...userIds] } },
        select: { conversationId: true, userId: true, deliveredSeq: true, readSeq: true },
      });
      const own = rows.map((row) => ({ ...row, onlyFrom: 0 }));
      await raiseMarkers(db, tx, await furtherOn(tx, own));
    });
  }
}

function highestOf({ entries }: Placed) {
  const streams = new Map(entries.map(({ streamId, seq }) => [streamId, seq]));
  return [...streams].map(([id, upTo]) => ({ id, upTo }));
}
