import type { NewData } from '../data.ts';
import { type Db, settleStreams, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { appendSearching, type Log } from '../log/index.ts';
import { requireAvatarUrl } from '../user/index.ts';
import type { GroupHistory, Role } from './conversation.ts';
import { requireGroupData } from './data.ts';
import { memberJoined, onlyCreated } from './entries.ts';
import { directUnder } from './facts.ts';
import type { GroupParts } from './parts.ts';
import { groupFull } from './refusal.ts';
import { requireDescription, requireName, requireNickname } from './shape.ts';
import { type ConversationRow, directKey, type MembershipRow } from './store.ts';

/** The state of who is to be in a group that is being imported: it gives no access, and no other act knows it. */
export const importedState = 'IMPORTED';

/** A group that was elsewhere. `M`: who is in it. */
export interface ForeignGroup<M> {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly data?: NewData | null | undefined;
  readonly history?: GroupHistory | undefined;
  readonly createdAt: Date;
  readonly members: readonly M[];
}

/** Somebody's part in it. */
export interface ForeignMember {
  readonly role?: Role | undefined;
  readonly nickname?: string | null | undefined;
}

/** A group as it is to be stored: nobody is in it yet, and nobody can come in. */
export interface BroughtGroup {
  readonly row: Pick<ConversationRow, 'name' | 'description' | 'avatarUrl' | 'data' | 'history' | 'createdAt'>;
  readonly members: readonly Pick<MembershipRow, 'role' | 'nickname'>[];
}

function invalid(message: string, ...field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/** What a group is here. Throws INVALID_INPUT (name, description, avatarUrl, data, members), LIMIT_REACHED (members). */
export function requireForeignGroup(
  { config }: Pick<GroupParts, 'config'>,
  { members, createdAt, history = 'ALL', ...group }: ForeignGroup<ForeignMember>,
): BroughtGroup {
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

/** Written with a conversation, in its transaction. */
type Also = (tx: Tx, id: bigint) => Promise<void>;

/**
 * Makes a group as it was, and answers its id; `also` is written with it. Its members are named by `userIds`, in their order. They are in it, and told so, once somebody lets them in: until
 * then it is nobody's. No effect runs for it.
 */
export function bringGroup(
  { db, log }: Parts,
  { row, members }: BroughtGroup,
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
        await settleStreams(db, tx, [{ id, upTo: userIds.length }]);
        await also(tx, id);
      },
      result: ({ created }) => onlyCreated(created),
    }),
  });
}

/** Somebody who said something in a group that they are not in, and where. */
export interface ForeignPart {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly seq: number;
  readonly at: Date;
}

/** Has people known in groups as who has left: by their parts is found what is theirs, when they take it along or have it removed. It gives no access to anything. */
export async function storeFormer(tx: Tx, parts: readonly ForeignPart[]): Promise<void> {
  if (parts.length === 0) return;
  await tx.membership.createMany({
    data: parts.map(({ seq, at, ...ref }) => ({
      ...{ ...ref, state: 'LEFT', role: 'MEMBER', fromSeq: seq, joinedSeq: seq, untilSeq: seq, joinedAt: at },
    })),
  });
}

/** Finds or makes the direct conversation of two users, and answers its id; `also` is written with it. It is shown to neither until somebody does so. */
export function bringDirect(
  { log }: Parts,
  sides: readonly bigint[],
  { createdAt, also }: { readonly createdAt: Date | undefined; readonly also: Also },
): Promise<bigint> {
  const [one = 0n, other = one] = sides;
  const userIds = [...new Set([one, other])];
  const key = directKey(one, other);
  return appendSearching<bigint>(log, {
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
