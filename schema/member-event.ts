import type { Membership as MembershipShape } from '../src/group/index.ts';
import type { MemberField as MemberFieldWord } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { conversationEventInterfaces as interfaces } from './conversation-event.ts';
import { loggedTypes } from './event.ts';
import { loadMembership, Membership } from './membership.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

const words = {
  ROLE: { value: 'role', description: 'What they may do there.' },
  NICKNAME: { value: 'nickname', description: 'What they are called there.' },
  MUTED_UNTIL: { value: 'mutedUntil', description: 'Until when they may not write.' },
  BANNED: { value: 'banned', description: 'They were not in it, and are kept from coming in.' },
  UNBANNED: { value: 'unbanned', description: 'They are kept from coming in no longer.' },
} as const satisfies Record<string, { readonly value: MemberFieldWord; readonly description: string }>;

const MembershipField = builder.enumType('MembershipField', {
  description: 'What of somebody’s part in a group was changed.',
  values: words,
});

loggedTypes.MemberChanged.implement({
  description: 'Something about somebody’s part in the group was changed, or whether they may come in.',
  interfaces,
  fields: (t) => ({
    membership: t.field({
      extensions: shareable,
      type: Membership,
      nullable: true,
      description: 'Their part as it stands; null where they are not in it.',
      resolve: ({ entry }, _args, context): Promise<MembershipShape | null> =>
        loadMembership(context, { conversationId: entry.streamId, userId: entry.data.userId }),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'Whose part it is; null once their account is erased.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.users.load(entry.data.userId),
    }),
    changedFields: t.field({
      extensions: shareable,
      type: [MembershipField],
      description: 'What was changed.',
      resolve: ({ entry }) => entry.data.fields,
    }),
  }),
});
