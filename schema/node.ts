import type { Chat } from '../src/chat.ts';
import type { Draft } from '../src/draft/index.ts';
import type { DataExport } from '../src/export/index.ts';
import type { Conversation, Invite, JoinRequest, Membership } from '../src/group/index.ts';
import type { Message, PollOption, ReactionCount } from '../src/message/index.ts';
import type { Notice } from '../src/notice/index.ts';
import type { Presence } from '../src/presence/index.ts';
import type { ScheduledMessage } from '../src/scheduled/index.ts';
import type { Contact, ContactRequest, Session, User } from '../src/user/index.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';

/** Everything that has a global id, as the modules hand it out. */
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

/** A thing with a global id. */
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

/** Which object type shows a node: told by a property that only its shape has, so that a further shape does not compile until it is told too. */
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

/** What another thing refers to and therefore must be there. Throws where it is not: that is a bug, never a refusal. */
export function present<T>(thing: T | null | undefined, what: string): T {
  if (thing === null || thing === undefined) throw new Error(`${what} is referred to but is not there`);
  return thing;
}

/** The conversation by its id, once per scope; at once where its loader knows it. Throws where there is none. */
export function presentConversation({ chat, scope }: Context, id: bigint): Conversation | Promise<Conversation> {
  const known = scope.loaders.conversations.get(id);
  return known instanceof Promise || known === null ? evenDissolved(chat, id, known) : known;
}

/** Of a group that was dissolved meanwhile, what was said before may be on its way to those who were in it. */
async function evenDissolved(chat: Chat, id: bigint, standing: Promise<Conversation | null> | null): Promise<Conversation> {
  return present((await standing) ?? (await chat.groups.evenDissolved(id)), `conversation ${id}`);
}

/** The user by their id, once per scope; of an erased account what is left of it. Throws where there never was one. */
export async function presentUser({ scope }: Context, id: bigint): Promise<User> {
  return present(await scope.loaders.people.load(id), `user ${id}`);
}
