import type { MessageFragment, QuotedFragment, TitleFragment } from '../generated/graphql.ts';
import type { Conversation, Entry, Person } from './state.ts';

/** What a conversation is called. */
export function titleOf(conversation: TitleFragment): string {
  return conversation.__typename === 'Group' ? conversation.name : conversation.viewerPeer.displayName;
}

/** Whose face stands for a conversation: the other side’s of a direct one; null: it is a group. */
export function peerOf(conversation: Conversation): Person | null {
  return conversation.__typename === 'Group' ? null : conversation.viewerPeer;
}

/** Conversations as a list shows them: those that are pinned, then the one in which something happened last. */
export function inOrder(conversations: readonly Conversation[]): readonly Conversation[] {
  return conversations.toSorted(
    (one, other) => Number(isPinned(other)) - Number(isPinned(one)) || Date.parse(other.lastActivityAt) - Date.parse(one.lastActivityAt),
  );
}

/** Whether the viewer keeps it at the top of their list. */
export function isPinned({ viewerMembership }: Conversation): boolean {
  return viewerMembership?.viewerPinned ?? false;
}

/** Whether the viewer has put it away. */
export function isArchived({ viewerMembership }: Conversation): boolean {
  return viewerMembership?.viewerArchived ?? false;
}

/** How many people are in it. */
export function memberWords({ memberCount }: Pick<Conversation, 'memberCount'>): string {
  return memberCount === 1 ? '1 member' : `${memberCount} members`;
}

/** How far a message of the viewer's has come. */
export type Reach = 'sent' | 'delivered' | 'read';

/** Of a message with this `seq`; null: this conversation shows no receipts. */
export function reachOf({ deliveredToAllSeq, readByAllSeq }: Conversation, seq: number): Reach | null {
  if (deliveredToAllSeq === null) return null;
  if (readByAllSeq !== null && seq <= readByAllSeq) return 'read';
  return seq <= deliveredToAllSeq ? 'delivered' : 'sent';
}

/** Who types, in words; empty where nobody does. */
export function typingWords(who: readonly Person[]): string {
  const [first, second, ...others] = who.map(({ displayName }) => displayName);
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing…`;
  return others.length === 0 ? `${first} and ${second} are typing…` : `${who.length} people are typing…`;
}

/** How a poll stands. */
export function pollWords({ voterCount, multiple, anonymous, closedAt, closesAt }: NonNullable<MessageFragment['poll']>): string {
  const said = [
    voterCount === 1 ? '1 voter' : `${voterCount} voters`,
    multiple && 'multiple choice',
    anonymous && 'anonymous',
    closedAt === null ? closesAt !== null && `open until ${new Date(closesAt).toLocaleString()}` : 'closed',
  ];
  return said.filter(Boolean).join(' · ');
}

/** What an attachment is called. */
export function fileWords({ name, alt, mediaType }: QuotedFragment['attachments'][number]): string {
  return name ?? alt ?? mediaType;
}

/** What is attached: the same address twice is one file. */
export function filesOf(attachments: QuotedFragment['attachments']): QuotedFragment['attachments'] {
  return [...new Map(attachments.map((file) => [file.url, file])).values()];
}

/** What a message says, in a line. */
export function lastWords({ text, attachments, recalledAt }: QuotedFragment): string {
  if (recalledAt !== null) return 'Deleted message';
  return text === '' ? filesOf(attachments).map(fileWords).join(', ') : text;
}

/** What happened, in words; null for what this app shows by itself or not at all. */
export function happened(entry: Entry): string | null {
  switch (entry.__typename) {
    case 'MemberJoined':
      // A group's log begins with who made it.
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

// Who is not named has deleted their account, or is nobody in the group: it is left open which.
function removed(actor: Person | null, user: Person | null): string {
  return actor === null ? `${nameOf(user)} was removed` : `${nameOf(actor)} removed ${nameOf(user)}`;
}

function changed(actor: Person | null, what: string): string {
  return actor === null ? `The group’s ${what} was changed` : `${actor.displayName} changed the group’s ${what}`;
}

function fieldWords(field: string): string {
  return field.toLowerCase().replaceAll('_', ' ');
}

/** What somebody is called; null: whose account is deleted. */
export function nameOf(person: Person | null): string {
  return person?.displayName ?? 'A deleted user';
}
