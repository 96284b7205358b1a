import type { Membership as MembershipShape } from '../src/group/index.ts';
import type { MemberField as MemberFieldWord } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { conversationEventInterfaces as interfaces } from './conversation-event.ts';
import { loggedTypes } from './event.ts';
import { loadMembership, Membership } from './membership.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

const words = {
  ROLE: { value: 'role', description: 'The member’s role.' },
  NICKNAME: { value: 'nickname', description: 'The member’s nickname in the group.' },
  MUTED_UNTIL: { value: 'mutedUntil', description: 'The time until which the member is muted.' },
  BANNED: { value: 'banned', description: 'A user who was not a member was banned.' },
  UNBANNED: { value: 'unbanned', description: 'The ban of a user was lifted.' },
} as const satisfies Record<string, { readonly value: MemberFieldWord; readonly description: string }>;

const MembershipField = builder.enumType('MembershipField', {
  description: 'What changed about a member of a group, or about a ban.',
  values: words,
});

loggedTypes.MemberChanged.implement({
  description: 'Something changed about a member of the group, or a user was banned or unbanned.',
  interfaces,
  fields: (t) => ({
    membership: t.field({
      extensions: shareable,
      type: Membership,
      nullable: true,
      description: 'The membership in its current state, or null if the user is not a member.',
      resolve: ({ entry }, _args, context): Promise<MembershipShape | null> =>
        loadMembership(context, { conversationId: entry.streamId, userId: entry.data.userId }),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'The user, or null once their account has been erased.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.users.load(entry.data.userId),
    }),
    changedFields: t.field({
      extensions: shareable,
      type: [MembershipField],
      description: 'What changed.',
      resolve: ({ entry }) => entry.data.fields,
    }),
  }),
});
