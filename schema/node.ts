import type { Chat } from '../src/chat.ts';
import type { Contact, ContactRequest } from '../src/contact/index.ts';
import type { Draft } from '../src/draft/index.ts';
import type { DataExport } from '../src/export/index.ts';
import type { Conversation, Invite, JoinRequest, Membership } from '../src/group/index.ts';
import type { Message, PollOption, ReactionCount } from '../src/message/index.ts';
import type { Notice } from '../src/notice/index.ts';
import type { Presence } from '../src/presence/index.ts';
import type { ScheduledMessage } from '../src/scheduled/index.ts';
import type { Session, User } from '../src/user/index.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';

/** Any object with a global id, as the modules return it. */
export type NodeShape =
  | User
  | Presence
  | Session
  | DataExport
  | Notice
  | ScheduledMessage
  | Draft
  | Contact
  | ContactRequest
  | JoinRequest
  | Invite
  | Conversation
  | Membership
  | Message
  | ReactionCount
  | PollOption;

/** An object with a global id. */
export const Node = builder.interfaceRef<NodeShape>('Node').implement({
  description: 'An object with a global ID. It can be fetched again with `node`.',
  resolveType: typeName,
  fields: (t) => ({
    id: t.id({
      description: 'The global ID. It is opaque, never changes, and is unique across all types.',
      resolve: (): string => unidentified(),
    }),
  }),
});

/** Returns the object type of a node, recognised by a property that only its shape has. A new shape does not compile until it is added. */
function typeName(node: NodeShape): string {
  if ('handle' in node) return 'User';
  if ('devices' in node) return 'Presence';
  if ('deviceName' in node) return 'Session';
  if ('readyAt' in node) return 'DataExport';
  if ('body' in node) return 'Notice';
  if ('sendAt' in node) return 'ScheduledMessage';
  if ('writtenAt' in node) return 'Draft';
  if ('alias' in node) return 'Contact';
  if ('fromId' in node) return 'ContactRequest';
  if ('note' in node) return 'JoinRequest';
  if ('code' in node) return 'GroupInvite';
  if ('kind' in node) return conversationTypes[node.kind];
  if ('role' in node) return 'Membership';
  if ('clientMessageId' in node) return 'Message';
  if ('emoji' in node) return 'Reaction';
  if ('choice' in node) return 'PollOption';
  return node satisfies never;
}

/** The object type of each kind of conversation. */
export const conversationTypes: { readonly [K in Conversation['kind']]: string } = { DIRECT: 'DirectConversation', GROUP: 'Group' };

function unidentified(): never {
  throw new Error('every type of node says its own id');
}

/** Asserts that an object exists which another one refers to. Throws if it does not: that is a bug, never a refusal. */
export function present<T>(thing: T | null | undefined, what: string): T {
  if (thing === null || thing === undefined) throw new Error(`${what} is referred to but is not there`);
  return thing;
}

/** Returns the conversation with an id, read once per scope. Returned directly if the loader knows it. Throws if there is none. */
export function presentConversation({ chat, scope }: Context, id: bigint): Conversation | Promise<Conversation> {
  const known = scope.loaders.conversations.get(id);
  return known instanceof Promise || known === null ? evenDissolved(chat, id, known) : known;
}

/** Finds a group that was dissolved in the meantime: earlier messages may still be on their way to its former members. */
async function evenDissolved(chat: Chat, id: bigint, standing: Promise<Conversation | null> | null): Promise<Conversation> {
  return present((await standing) ?? (await chat.groups.byIdIncludingDissolved(id)), `conversation ${id}`);
}

/** Returns the user with an id, read once per scope. For an erased account, what is left of it. Throws if there never was one. */
export async function presentUser({ scope }: Context, id: bigint): Promise<User> {
  return present(await scope.loaders.people.load(id), `user ${id}`);
}
