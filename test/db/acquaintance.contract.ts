import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Acquaintance, type Db, selectAcquaintance, type Tx } from '../../src/db/index.ts';

/** A user in few conversations, and a desk that thousands write to. */
export const people = { ann: 1n, desk: 2n } as const;

// More than the query looks at before it goes by the other user's conversations.
const ofDesk = 3_000;

// Other users, by what stands between them and both of the above.
const others = {
  fellow: 11n,
  contact: 12n,
  former: 13n,
  blockedFellow: 14n,
  blockingContact: 15n,
  unshown: 16n,
  unshownToThem: 17n,
  left: 18n,
  inDissolved: 19n,
  stranger: 20n,
  once: 21n,
  silent: 22n,
} as const;

type Other = keyof typeof others;

/** The first of the desk's many conversations, in which nobody else is a member. The shared conversations come after all of them. */
const firstOfDesk = 1_000_000n;
const firstShared = 2_000_000n;

const at = new Date('2026-01-01T00:00:00Z');

/** Fills an empty database with the users, and with what stands between them. */
export async function fillAcquaintance(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    const ids = [...Object.values(people), ...Object.values(others)];
    await tx.user.createMany({
      data: ids.map((id) => ({ id, handle: `user${id}`, displayName: 'A user', passwordHash: '', createdAt: at })),
    });
    for (const of of Object.values(people)) await standBetween(tx, of);
    await enter(
      tx,
      Array.from({ length: ofDesk }, (_, place) => ({ conversationId: firstOfDesk + BigInt(place), userId: people.desk })),
    );
    // The two of them share a group.
    await share(tx, people.ann, people.desk);
  });
}

async function standBetween(tx: Tx, userId: bigint): Promise<void> {
  const both = (otherId: bigint, state = 'ACTIVE') => [
    { userId, otherId, state, since: at },
    { userId: otherId, otherId: userId, state, since: at },
  ];
  await tx.contact.createMany({ data: [...both(others.contact), ...both(others.blockingContact), ...both(others.former, 'ENDED')] });
  await tx.block.createMany({
    data: [
      { userId, otherId: others.blockedFellow, state: 'ACTIVE', since: at },
      { userId: others.blockingContact, otherId: userId, state: 'ACTIVE', since: at },
      { userId, otherId: others.once, state: 'ENDED', since: at },
    ],
  });
  await share(tx, userId, others.fellow);
  await share(tx, userId, others.blockedFellow);
  await share(tx, userId, others.unshown, { own: { shown: false } });
  await share(tx, userId, others.unshownToThem, { theirs: { shown: false } });
  await share(tx, userId, others.left, { theirs: { state: 'LEFT' } });
  await share(tx, userId, others.inDissolved, { dissolvedAt: at });
  await share(tx, userId, others.silent, { lastSeq: 0 });
}

interface Seat {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly state?: string;
  readonly shown?: boolean;
}

type Terms = Omit<Partial<Seat>, 'conversationId' | 'userId'>;

interface Sharing {
  readonly own?: Terms;
  readonly theirs?: Terms;
  readonly dissolvedAt?: Date;
  readonly lastSeq?: number;
}

async function share(tx: Tx, userId: bigint, otherId: bigint, { own, theirs, dissolvedAt, lastSeq = 1 }: Sharing = {}): Promise<void> {
  const conversationId = firstShared + userId * 1_000n + otherId;
  await tx.stream.create({ data: { id: conversationId, kind: 'GROUP', lastSeq, lastAt: at, activeAt: at, createdAt: at } });
  await tx.conversation.create({
    data: { id: conversationId, kind: 'GROUP', createdById: userId, createdAt: at, dissolvedAt: dissolvedAt ?? null },
  });
  await enter(tx, [
    { conversationId, userId, ...own },
    { conversationId, userId: otherId, ...theirs },
  ]);
}

async function enter(tx: Tx, seats: readonly Seat[]): Promise<void> {
  await tx.membership.createMany({ data: seats.map((seat) => ({ role: 'MEMBER', state: 'ACTIVE', fromSeq: 1, joinedAt: at, ...seat })) });
}

const nothing: Acquaintance = { areAcquainted: false, isBlocked: false };
const acquainted: Acquaintance = { areAcquainted: true, isBlocked: false };

const expected: Readonly<Record<Other, Acquaintance>> = {
  fellow: acquainted,
  contact: acquainted,
  former: nothing,
  blockedFellow: { areAcquainted: true, isBlocked: true },
  blockingContact: { areAcquainted: true, isBlocked: true },
  unshown: nothing,
  unshownToThem: nothing,
  left: nothing,
  inDissolved: nothing,
  stranger: nothing,
  once: nothing,
  silent: nothing,
};

/** What the query for acquaintance promises, on any database. */
export function acquaintanceContract(open: () => Promise<Db>): void {
  describe('what stands between two users', () => {
    let db: Db;

    beforeAll(async () => {
      db = await open();
      await fillAcquaintance(db);
    });

    afterAll(() => db[Symbol.asyncDispose]());

    const names = Object.keys(others) as Other[];

    test.each(Object.entries(people))('%s and others is answered for each other user', async (_name, userId) => {
      const found = await selectAcquaintance(
        db.client,
        userId,
        names.map((name) => others[name]),
      );
      expect(Object.fromEntries(names.map((name, place) => [name, found[place]]))).toEqual(expected);
    });

    test.each(
      Object.entries(people).flatMap(([who, userId]) => names.map((name) => [name, who, userId] as const)),
    )('%s and %s is the same from the other side', async (name, _who, userId) => {
      expect(await selectAcquaintance(db.client, others[name], [userId])).toEqual([expected[name]]);
    });

    test('is found from either side if one of them is in thousands of conversations', async () => {
      const { ann, desk } = people;
      expect(await selectAcquaintance(db.client, ann, [desk])).toEqual([acquainted]);
      expect(await selectAcquaintance(db.client, desk, [ann])).toEqual([acquainted]);
    });

    test('is nothing for a user and themselves or an unknown id, and is answered once per asked id', async () => {
      const asked = [people.ann, others.contact, 999n, others.contact];
      expect(await selectAcquaintance(db.client, people.ann, asked)).toEqual([nothing, acquainted, nothing, acquainted]);
      expect(await selectAcquaintance(db.client, people.ann, [])).toEqual([]);
    });
  });
}
