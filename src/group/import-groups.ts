import type { NewData } from '../data.ts';
import { type Db, markEffectsDone, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { appendDiscoveringLocks, type Fact, type Inside, type Log } from '../log/index.ts';
import { requireAvatarUrl } from '../user/index.ts';
import type { GroupHistory, Role } from './conversation.ts';
import { requireGroupData } from './data.ts';
import { memberJoined, onlyCreated } from './entries.ts';
import { directUnder } from './facts.ts';
import type { GroupParts } from './parts.ts';
import { groupFull } from './refusal.ts';
import { requireDescription, requireName, requireNickname } from './shape.ts';
import { type ConversationRow, directKey, type MembershipRow } from './store.ts';

/** The state of memberships in a group that is being imported. It gives no access, and no other act knows it. */
export const importedState = 'IMPORTED';

/** Whether a conversation is being imported. Guarded by the lock on its stream. */
const isImporting: Fact<bigint, boolean> = {
  name: 'being imported',
  key: String,
  async read(tx, ids) {
    const rows = await tx.importPending.findMany({ where: { conversationId: { in: [...ids] } }, select: { conversationId: true } });
    const found = new Set(rows.map(({ conversationId }) => conversationId));
    return ids.map((id) => found.has(id));
  },
};

/**
 * Returns the time for an entry by which an erased account leaves something: undefined, which is that of the commit, or that of the newest
 * entry while the conversation is being imported. An entry of today would be newer than the imported entries to come.
 */
export async function timeOfErasure(inside: Inside, conversationId: bigint): Promise<Date | undefined> {
  return (await inside.read(isImporting, conversationId)) ? inside.head(conversationId)?.lastAt : undefined;
}

/** A group to import. `M`: its members. */
export interface ForeignGroup<M> {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly data?: NewData | null | undefined;
  readonly history?: GroupHistory | undefined;
  readonly createdAt: Date;
  readonly members: readonly M[];
}

/** A member of the group to import. */
export interface ForeignMember {
  readonly role?: Role | undefined;
  readonly nickname?: string | null | undefined;
}

/** A group as the import stores it. It has no active members yet, and nobody can join it. */
export interface ImportedGroup {
  readonly row: Pick<ConversationRow, 'name' | 'description' | 'avatarUrl' | 'data' | 'history' | 'createdAt'>;
  readonly members: readonly Pick<MembershipRow, 'role' | 'nickname'>[];
}

function invalid(message: string, ...field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/**
 * Checks a group to import and returns how it is stored. Throws INVALID_INPUT (name, description, avatarUrl, data, members), LIMIT_REACHED
 * (members).
 */
export function requireImportableGroup(
  { config }: Pick<GroupParts, 'config'>,
  { members, createdAt, history = 'ALL', ...group }: ForeignGroup<ForeignMember>,
): ImportedGroup {
  if (members.length > config.maxGroupMembers) throw groupFull(config.maxGroupMembers, 'members');
  const parts = members.map(({ role = 'MEMBER', nickname = null }, place) => ({ role, nickname: nicknameAt(nickname, place) }));
  if (parts.filter(({ role }) => role === 'OWNER').length !== 1)
    throw invalid('A group must have exactly one OWNER among its members.', 'members');
  if (parts.filter(({ role }) => role === 'ADMIN').length > config.maxAdmins) {
    throw new ChatError('LIMIT_REACHED', `A group can have at most ${config.maxAdmins} admins besides its owner.`, { field: ['members'] });
  }
  return {
    row: {
      ...{ createdAt, history },
      name: requireName(group.name),
      description: requireDescription(group.description),
      avatarUrl: requireAvatarUrl(group.avatarUrl ?? null),
      data: requireGroupData(group.data),
    },
    members: parts,
  };
}

function nicknameAt(nickname: string | null, place: number): string | null {
  try {
    return requireNickname(nickname);
  } catch (error) {
    throw error instanceof ChatError ? invalid(error.message, 'members', String(place), 'nickname') : error;
  }
}

type Parts = { readonly db: Db; readonly log: Log };

/** Writes more in the transaction that creates the conversation. */
type Also = (tx: Tx, id: bigint) => Promise<void>;

/**
 * Creates an imported group and returns its id. `userIds` are its members, in the order of `members`. They get access, and are told, only
 * when the import is completed; until then nobody has access. No effect runs for its entries.
 */
export function importGroup(
  { db, log }: Parts,
  { row, members }: ImportedGroup,
  { userIds, also }: { readonly userIds: readonly bigint[]; readonly also: Also },
): Promise<bigint> {
  const { createdAt: at } = row;
  const ownerId = userIds[members.findIndex(({ role }) => role === 'OWNER')] ?? null;
  if (ownerId === null) throw new Error('a group has an owner');
  return log.append<bigint>({
    lock: [],
    decide: async () => ({
      create: [{ kind: 'GROUP', at }],
      entries: (created) => userIds.map((userId) => ({ ...memberJoined(onlyCreated(created), ownerId, userId), at })),
      async write(tx, { created }) {
        const id = onlyCreated(created);
        await tx.conversation.create({ data: { ...row, id, kind: 'GROUP', ownerId, createdById: ownerId, memberCount: userIds.length } });
        await tx.membership.createMany({
          data: userIds.map((userId, place) => ({
            ...{ conversationId: id, userId, state: importedState, role: 'MEMBER', fromSeq: 1, joinedSeq: 1, joinedAt: at },
            ...members[place],
          })),
        });
        await markEffectsDone(db, tx, [{ id, upTo: userIds.length }]);
        await also(tx, id);
      },
      result: ({ created }) => onlyCreated(created),
    }),
  });
}

/** A user who sent messages in a group without being a member of it. */
export interface ImportedPart {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly seq: number;
  readonly at: Date;
}

/**
 * Stores memberships that have ended, for users who sent messages in groups that they are not in. Exports and the deletion of an account
 * find a user's messages through their memberships. They give no access.
 */
export async function storeFormer(tx: Tx, parts: readonly ImportedPart[]): Promise<void> {
  if (parts.length === 0) return;
  await tx.membership.createMany({
    data: parts.map(({ seq, at, ...ref }) => ({
      ...{ ...ref, state: 'LEFT', role: 'MEMBER', fromSeq: seq, joinedSeq: seq, untilSeq: seq, joinedAt: at },
    })),
  });
}

/**
 * Finds or creates the direct conversation of two users and returns its id. `also` is written in the same transaction. A new conversation
 * is shown to neither user until something shows it.
 */
export function importDirect(
  { log }: Parts,
  sides: readonly bigint[],
  { createdAt, also }: { readonly createdAt: Date | undefined; readonly also: Also },
): Promise<bigint> {
  const [one = 0n, other = one] = sides;
  const userIds = [...new Set([one, other])];
  const key = directKey(one, other);
  return appendDiscoveringLocks<bigint>(log, {
    lock: userIds,
    async decide(inside) {
      const known = await inside.read(directUnder, key);
      if (known !== null) return { write: (tx) => also(tx, known), result: () => known };
      return {
        create: [{ kind: 'DIRECT', at: createdAt }],
        async write(tx, { at, created }) {
          const id = onlyCreated(created);
          const since = createdAt ?? at;
          await tx.conversation.create({
            data: { id, kind: 'DIRECT', directKey: key, memberCount: userIds.length, createdById: one, createdAt: since },
          });
          await tx.membership.createMany({
            data: userIds.map((userId) => ({
              ...{ conversationId: id, userId, state: 'ACTIVE', role: 'MEMBER', fromSeq: 1, joinedSeq: 1, shown: false, joinedAt: since },
            })),
          });
          await also(tx, id);
        },
        result: ({ created }) => onlyCreated(created),
      };
    },
  });
}
