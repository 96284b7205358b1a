import { type Data, isSameData, type NewData } from '../data.ts';
import { ChatError } from '../errors.ts';
import { requireFuture } from '../future.ts';
import type { GroupField, Verdict } from '../log/index.ts';
import { requireAvatarUrl, type Viewer } from '../user/index.ts';
import { type AllowedText, allowAll, putFlag, requireAllowedText, type Screen, type ScreenResult } from '../words/index.ts';
import type { GroupHistory, GroupPolicy, JoinPolicy, Role } from './conversation.ts';
import { lookAtData, requireGroupData } from './data.ts';
import { groupChanged } from './entries.ts';
import { isClosed, requireListable, storeTerms } from './listing.ts';
import { requireMay } from './may.ts';
import { unchanged } from './member-change.ts';
import { requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { requireAnnouncement, requireDescription, requireHistoryDays, requireName, requireSlowMode } from './shape.ts';
import { type ConversationRow, isFound } from './store.ts';

/** Changes to a group. Absent fields keep their values. null clears a field or ends a mute; the name and the policies cannot be null. */
export interface GroupChange {
  readonly groupId: bigint;
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly announcement?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly data?: NewData | null | undefined;
  readonly postPolicy?: GroupPolicy | null | undefined;
  readonly joinPolicy?: JoinPolicy | null | undefined;
  readonly listed?: boolean | null | undefined;
  /** Applies to members who join after the change. Current members keep what they may read. */
  readonly history?: GroupHistory | null | undefined;
  readonly invitePolicy?: GroupPolicy | null | undefined;
  readonly pinPolicy?: GroupPolicy | null | undefined;
  readonly mentionPolicy?: GroupPolicy | null | undefined;
  readonly slowModeSeconds?: number | null | undefined;
  readonly mutedUntil?: Date | null | undefined;
  readonly historyDays?: number | null | undefined;
}

const choices = ['joinPolicy', 'listed', 'history'] as const satisfies readonly GroupField[];
const policies = ['postPolicy', 'invitePolicy', 'pinPolicy', 'mentionPolicy'] as const satisfies readonly GroupField[];

/** The fields of a change as they are stored. */
type Wanted = Partial<
  Pick<
    ConversationRow,
    | 'name'
    | 'description'
    | 'announcement'
    | 'avatarUrl'
    | 'data'
    | 'slowModeSeconds'
    | 'mutedUntil'
    | 'historyDays'
    | (typeof policies | typeof choices)[number]
  >
>;

/**
 * Changes the properties and policies of a group: all given fields, or nothing. One entry names the fields that differ; none is written if
 * none does. A group that becomes INVITE_ONLY is unlisted. Throws NOT_FOUND (groupId), FORBIDDEN (without field: the viewer is neither
 * owner nor admin; a policy: only the owner may change it; listed), INVALID_INPUT (the field at fault).
 */
export async function updateGroup(
  { log, config, screen = allowAll }: Pick<GroupParts, 'log' | 'config' | 'screen'>,
  viewer: Viewer,
  change: GroupChange,
): Promise<void> {
  const { groupId } = change;
  // Malformed input is refused before anything waits for a lock.
  const asked = requireWanted(change);
  const looked = look(asked, screen);
  return log.append<void>({
    lock: [groupId],
    async decide(inside): Promise<Verdict<void>> {
      const { row: stored, role, wish } = await requireGroup(inside, { groupId, viewer });
      // A node of the earlier release leaves the column set when it closes a group. Such a group counts as unlisted, and is not listed
      // again when its policy changes back.
      const row = { ...stored, listed: isFound(stored) };
      requireMay('UPDATE_GROUP', wish);
      const { wanted: named, said } = requireAllowedTexts(looked, { row, asked });
      const wanted = { ...named, listed: isListed(named, { row, config }) };
      const fields = (Object.keys(wanted) as (keyof Wanted)[]).filter((field) => !isSame(field, wanted[field], row[field]));
      requireOwnerFor(fields, role, { row, wanted });
      if (fields.includes('mutedUntil')) requireFuture(wanted.mutedUntil, { now: inside.now, field: 'mutedUntil' });
      if (fields.length === 0) return unchanged;
      return {
        entries: () => [groupChanged(groupId, viewer.userId, fields)],
        async write(tx, { at }) {
          await tx.conversation.update({ where: { id: groupId }, data: wanted });
          await storeTerms(tx, groupId, { before: stored, after: { ...row, ...wanted } });
          await putFlag(tx, { target: { kind: 'GROUP', conversationId: groupId }, said, at });
        },
        result: () => undefined,
      };
    },
  });
}

const words = ['name', 'description', 'announcement'] as const satisfies readonly GroupField[];

/** The new text of a field, and what the lists of blocked words made of it. */
interface LookedAt {
  readonly field: (typeof words)[number] | 'data';
  readonly text: string;
  readonly looked: readonly ScreenResult[];
}

function look(asked: Wanted, screen: Screen): readonly LookedAt[] {
  const said = words.flatMap((field) => {
    const text = asked[field];
    if (!text) return [];
    const looked = field === 'name' ? screen.checkName(text, field) : screen.checkText(text, field);
    return [{ field, text: looked.text, looked: [looked] }];
  });
  if (!asked.data) return said;
  const { data: text, looked } = lookAtData(screen, asked.data);
  return [...said, { field: 'data', text, looked }];
}

/**
 * Applies the lists of blocked words to texts that change. Unchanged texts stay, even if a list forbids them since. Throws INVALID_INPUT
 * (name, description, announcement, data).
 */
function requireAllowedTexts(
  looked: readonly LookedAt[],
  { row, asked }: { readonly row: ConversationRow; readonly asked: Wanted },
): { readonly wanted: Wanted; readonly said: readonly AllowedText[] } {
  const judged = looked.filter(({ field }) => !isSame(field, asked[field], row[field]));
  const texts = Object.fromEntries(judged.map(({ field, text }) => [field, text]));
  return { wanted: { ...asked, ...texts }, said: judged.flatMap((one) => one.looked.map(requireAllowedText)) };
}

/** Whether the group is listed after the change. Throws INVALID_INPUT (listed), FORBIDDEN (listed). */
function isListed(
  { listed, joinPolicy }: Wanted,
  { row, config }: { readonly row: ConversationRow; readonly config: GroupParts['config'] },
): boolean {
  const policy = (joinPolicy ?? row.joinPolicy) as JoinPolicy;
  if (listed && (isClosed(policy) || !row.listed)) requireListable(policy, config);
  return (listed ?? row.listed) && !isClosed(policy);
}

function isSame(field: keyof Wanted, one: unknown, other: unknown): boolean {
  if (field === 'data') return isSameData(one as Data, other as Data);
  return one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other;
}

function requireWanted(change: GroupChange): Wanted {
  const { name, description, announcement, avatarUrl, data, slowModeSeconds, mutedUntil, historyDays } = change;
  const named = [...choices, ...policies].flatMap((field) => {
    const policy = change[field];
    return policy === undefined ? [] : [[field, requirePolicy(field, policy)] as const];
  });
  return {
    ...(name !== undefined && { name: requireName(name ?? '') }),
    ...(description !== undefined && { description: requireDescription(description) }),
    ...(announcement !== undefined && { announcement: requireAnnouncement(announcement) }),
    ...(avatarUrl !== undefined && { avatarUrl: requireAvatarUrl(avatarUrl) }),
    ...(data !== undefined && { data: requireGroupData(data) }),
    ...Object.fromEntries(named),
    ...(slowModeSeconds !== undefined && { slowModeSeconds: requireSlowMode(slowModeSeconds) }),
    ...(mutedUntil !== undefined && { mutedUntil }),
    ...(historyDays !== undefined && { historyDays: requireHistoryDays(historyDays) }),
  };
}

function requirePolicy<P>(field: string, policy: P | null): P {
  if (policy !== null) return policy;
  throw new ChatError('INVALID_INPUT', `${field} cannot be null. Leave it out to keep its value.`, { field: [field] });
}

/** Admins can neither take away nor set a policy of OWNER. */
function requireOwnerFor(
  fields: readonly (keyof Wanted)[],
  role: Role,
  { row, wanted }: { readonly row: ConversationRow; readonly wanted: Wanted },
): void {
  const kept = policies.find((field) => fields.includes(field) && (row[field] === 'OWNER' || wanted[field] === 'OWNER'));
  if (kept === undefined || role === 'OWNER') return;
  throw new ChatError('FORBIDDEN', 'Only the owner can set a policy to OWNER, or change one that is OWNER.', { field: [kept] });
}
