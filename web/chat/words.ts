import type { MessageFragment, QuotedFragment, TitleFragment } from '../generated/graphql.ts';
import type { Conversation, Entry, Person } from './state.ts';

/** The title of a conversation. */
export function titleOf(conversation: TitleFragment): string {
  return conversation.__typename === 'Group' ? conversation.name : conversation.viewerPeer.displayName;
}

/** The peer of a direct conversation, or null for a group. */
export function peerOf(conversation: Conversation): Person | null {
  return conversation.__typename === 'Group' ? null : conversation.viewerPeer;
}

/** Conversations in the order of the list: pinned first, then by last activity. */
export function inOrder(conversations: readonly Conversation[]): readonly Conversation[] {
  return conversations.toSorted(
    (one, other) => Number(isPinned(other)) - Number(isPinned(one)) || Date.parse(other.lastActivityAt) - Date.parse(one.lastActivityAt),
  );
}

/** Whether the viewer has pinned it. */
export function isPinned({ viewerMembership }: Conversation): boolean {
  return viewerMembership?.viewerPinned ?? false;
}

/** Whether the viewer has archived it. */
export function isArchived({ viewerMembership }: Conversation): boolean {
  return viewerMembership?.viewerArchived ?? false;
}

/** The number of members, as text. */
export function memberWords({ memberCount }: Pick<Conversation, 'memberCount'>): string {
  return memberCount === 1 ? '1 member' : `${memberCount} members`;
}

/** The delivery state of a message of the viewer. */
export type Reach = 'sent' | 'delivered' | 'read';

/** The delivery state of the message with this `seq`, or null if the conversation has no receipts. */
export function reachOf({ deliveredToAllSeq, readByAllSeq }: Conversation, seq: number): Reach | null {
  if (deliveredToAllSeq === null) return null;
  if (readByAllSeq !== null && seq <= readByAllSeq) return 'read';
  return seq <= deliveredToAllSeq ? 'delivered' : 'sent';
}

/** The users who are typing, as text; empty if nobody is. */
export function typingWords(who: readonly Person[]): string {
  const [first, second, ...others] = who.map(({ displayName }) => displayName);
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing…`;
  return others.length === 0 ? `${first} and ${second} are typing…` : `${who.length} people are typing…`;
}

/** The state of a poll, as text. */
export function pollWords({ voterCount, multiple, anonymous, closedAt, closesAt }: NonNullable<MessageFragment['poll']>): string {
  const said = [
    voterCount === 1 ? '1 voter' : `${voterCount} voters`,
    multiple && 'multiple choice',
    anonymous && 'anonymous',
    closedAt === null ? closesAt !== null && `open until ${new Date(closesAt).toLocaleString()}` : 'closed',
  ];
  return said.filter(Boolean).join(' · ');
}

/** The label of an attachment. */
export function fileWords({ name, alt, mediaType }: QuotedFragment['attachments'][number]): string {
  return name ?? alt ?? mediaType;
}

/** The attachments, with one entry per URL. */
export function filesOf(attachments: QuotedFragment['attachments']): QuotedFragment['attachments'] {
  return [...new Map(attachments.map((file) => [file.url, file])).values()];
}

/** A message in one line. */
export function lastWords({ text, attachments, recalledAt }: QuotedFragment): string {
  if (recalledAt !== null) return 'Deleted message';
  return text === '' ? filesOf(attachments).map(fileWords).join(', ') : text;
}

/** A group event as text, or null for entries that are shown in another way or not at all. */
export function happened(entry: Entry): string | null {
  switch (entry.__typename) {
    case 'MemberJoined':
      // The first entry of a group is the joining of its creator.
      return entry.seq === 1 ? `${nameOf(entry.user)} created this group` : joined(entry.actor, entry.user);
    case 'MemberLeft':
      return entry.leaveReason === 'LEFT' ? `${nameOf(entry.user)} left` : removed(entry.actor, entry.user);
    case 'GroupChanged':
      return changed(entry.actor, entry.changed.map(fieldWords).join(', '));
    default:
      return null;
  }
}

function joined(actor: Person | null, user: Person | null): string {
  const itself = actor === null || actor.id === user?.id;
  return itself ? `${nameOf(user)} joined` : `${nameOf(actor)} added ${nameOf(user)}`;
}

// An actor is null if their account was deleted, or if an operator acted. The text leaves open which.
function removed(actor: Person | null, user: Person | null): string {
  return actor === null ? `${nameOf(user)} was removed` : `${nameOf(actor)} removed ${nameOf(user)}`;
}

function changed(actor: Person | null, what: string): string {
  return actor === null ? `The group’s ${what} was changed` : `${actor.displayName} changed the group’s ${what}`;
}

function fieldWords(field: string): string {
  return field.toLowerCase().replaceAll('_', ' ');
}

/** The name of a user; null stands for a deleted account. */
export function nameOf(person: Person | null): string {
  return person?.displayName ?? 'A deleted user';
}
