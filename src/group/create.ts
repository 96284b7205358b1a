import { addressing, addressingError } from '../contact/index.ts';
import type { Data, NewData } from '../data.ts';
import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import { accountGone, type Viewer } from '../user/index.ts';
import { type AllowedText, allowAll, putFlag, requireAllowedText } from '../words/index.ts';
import type { GroupHistory, JoinPolicy } from './conversation.ts';
import { lookAtData, requireGroupData } from './data.ts';
import { conversationOpened, memberJoined, onlyCreated } from './entries.ts';
import { conversationRow, groupCount, groupUnder, membershipRow, userExists } from './facts.ts';
import { requireListable, storeTerms } from './listing.ts';
import type { GroupParts } from './parts.ts';
import { groupFull, noUser, tooManyGroups } from './refusal.ts';
import { type Named, requireClientGroupId, requireDescription, requireName, requireUsers } from './shape.ts';
import { isActive } from './store.ts';

/** The input to create a group. */
export interface NewGroup {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly data?: NewData | null | undefined;
  /** At most 100. The viewer becomes a member even if not named. */
  readonly memberIds?: readonly bigint[] | undefined;
  readonly clientGroupId?: string | undefined;
  /** Defaults to INVITE_ONLY. */
  readonly joinPolicy?: JoinPolicy | null | undefined;
  /** Defaults to false. */
  readonly listed?: boolean | null | undefined;
  /** Defaults to JOINING. */
  readonly history?: GroupHistory | null | undefined;
}

/** A group to create, with its input checked and each user named once. */
interface Plan {
  readonly ownerId: bigint;
  readonly name: string;
  readonly description: string | null;
  readonly data: Data;
  readonly clientGroupId: string | null;
  readonly joinPolicy: JoinPolicy;
  readonly listed: boolean;
  readonly history: GroupHistory;
  readonly others: readonly Named[];
}

/**
 * Creates a group with its first members and returns its id. The members may read all of its entries. If the viewer has used the
 * clientGroupId before, it returns that group, or throws CONFLICT (clientGroupId) if they are no longer in it. Throws INVALID_INPUT (name,
 * description, data, memberIds, clientGroupId; listed: the joinPolicy is neither OPEN nor APPROVAL), FORBIDDEN (listed: there is no
 * directory), NOT_FOUND, BLOCKED and NOT_CONTACTS (memberIds.N), NOT_FOUND (without a field: the viewer's account is erased),
 * LIMIT_REACHED.
 */
export async function createGroup({ log, config, screen = allowAll }: GroupParts, viewer: Viewer, group: NewGroup): Promise<bigint> {
  requireClientGroupId(group.clientGroupId);
  const asked: Plan = {
    ownerId: viewer.userId,
    name: requireName(group.name),
    description: requireDescription(group.description),
    data: requireGroupData(group.data),
    clientGroupId: group.clientGroupId ?? null,
    joinPolicy: group.joinPolicy ?? 'INVITE_ONLY',
    listed: group.listed ?? false,
    history: group.history ?? 'JOINING',
    others: requireUsers('memberIds', group.memberIds ?? []).filter(({ userId }) => userId !== viewer.userId),
  };
  const called = screen.checkName(asked.name, 'name');
  const described = asked.description === null ? null : screen.checkText(asked.description, 'description');
  const enclosed = asked.data === null ? null : lookAtData(screen, asked.data);
  return log.append<bigint>({
    lock: [asked.ownerId, ...asked.others.map(({ userId }) => userId)],
    async decide(inside) {
      const known = await findMade(inside, asked);
      if (known !== null) return { result: () => known };
      if (asked.listed) requireListable(asked.joinPolicy, config);
      const said = [called, ...(described === null ? [] : [described]), ...(enclosed?.looked ?? [])].map(requireAllowedText);
      await requireRoom(inside, asked, config);
      return makeGroup({ ...asked, description: described?.text ?? null, data: enclosed?.data ?? null }, said);
    },
  });
}

// The creator's account is locked, so concurrent retries run one after another.
async function findMade(inside: Inside, { ownerId, clientGroupId }: Plan): Promise<bigint | null> {
  if (clientGroupId === null) return null;
  const known = await inside.read(groupUnder, { createdById: ownerId, clientGroupId });
  if (known === null) return null;
  const row = await inside.read(conversationRow, known);
  const access = await inside.read(membershipRow, { conversationId: known, userId: ownerId });
  if (isActive(access) && row?.dissolvedAt === null) return known;
  throw new ChatError('CONFLICT', 'This clientGroupId was used for a group that you are no longer in. Use a new one.', {
    field: ['clientGroupId'],
  });
}

async function requireRoom(
  inside: Inside,
  { ownerId, others }: Plan,
  { maxGroupMembers, maxGroupsPerUser }: GroupParts['config'],
): Promise<void> {
  if (1 + others.length > maxGroupMembers) throw groupFull(maxGroupMembers, 'memberIds');
  const [exists, ...known] = await Promise.all([ownerId, ...others.map(({ userId }) => userId)].map((id) => inside.read(userExists, id)));
  // The groups of an erased account are handed on by a job, which may be done by now.
  if (!exists) throw accountGone();
  const stranger = others[known.indexOf(false)];
  if (stranger !== undefined) throw noUser(...placeOf(stranger));
  const answers = await Promise.all(others.map(({ userId }) => inside.read(addressing, { fromId: ownerId, toId: userId })));
  const refused = others[answers.findIndex((answer) => answer !== null)];
  const unwanted = answers.find((answer) => answer !== null);
  if (refused !== undefined && unwanted) throw addressingError(unwanted, ...placeOf(refused));
  if ((await inside.read(groupCount, ownerId)) >= maxGroupsPerUser) throw tooManyGroups(maxGroupsPerUser);
  const counts = await Promise.all(others.map(({ userId }) => inside.read(groupCount, userId)));
  const busy = others[counts.findIndex((count) => count >= maxGroupsPerUser)];
  if (busy !== undefined) throw tooManyGroups(maxGroupsPerUser, placeOf(busy));
}

function placeOf({ index }: Named): readonly string[] {
  return ['memberIds', String(index)];
}

function makeGroup(plan: Plan, said: readonly AllowedText[]): Verdict<bigint> {
  const { ownerId, others } = plan;
  const members = [ownerId, ...others.map(({ userId }) => userId)];
  return {
    create: [{ kind: 'GROUP' }],
    entries(created) {
      const conversationId = onlyCreated(created);
      return [
        ...members.map((userId) => memberJoined(conversationId, ownerId, userId)),
        ...members.map((userId) => conversationOpened(userId, ownerId, { conversationId, seq: 0 })),
      ];
    },
    async write(tx, { at, created }) {
      const id = onlyCreated(created);
      await storeGroup(tx, { id, at, plan, members });
      await putFlag(tx, { target: { kind: 'GROUP', conversationId: id }, said, at });
    },
    result: ({ created }) => onlyCreated(created),
  };
}

interface Birth {
  readonly id: bigint;
  readonly at: Date;
  readonly plan: Plan;
  readonly members: readonly bigint[];
}

async function storeGroup(tx: Tx, { id, at, plan, members }: Birth): Promise<void> {
  const { ownerId, name, description, data, clientGroupId, joinPolicy, listed, history } = plan;
  await tx.conversation.create({
    data: {
      ...{ id, kind: 'GROUP', name, description, data, ownerId, memberCount: members.length },
      ...{ createdById: ownerId, clientGroupId, joinPolicy, listed, history, createdAt: at },
    },
  });
  await storeTerms(tx, id, { before: { name: null, listed: false }, after: { name, listed } });
  await tx.membership.createMany({
    data: members.map((userId) => ({
      ...{ conversationId: id, userId, state: 'ACTIVE', role: userId === ownerId ? 'OWNER' : 'MEMBER' },
      ...{ fromSeq: 1, joinedSeq: 1, joinedAt: at },
    })),
  });
}
