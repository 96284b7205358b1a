import type { GroupHistory as GroupHistoryWord, JoinPolicy as JoinPolicyWord } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { Group } from './conversation.ts';
import { shareable } from './shareable.ts';

const policies: Record<JoinPolicyWord, { readonly description: string }> = {
  OPEN: { description: 'Everyone who knows of the group.' },
  APPROVAL: { description: 'Users whose join request the owner or an admin accepts. Users with an invite join at once.' },
  INVITE_ONLY: { description: 'Users with an invite. Nobody else can see that the group exists.' },
};

/** Who may join a group by themselves. */
export const JoinPolicy = builder.enumType('JoinPolicy', {
  description: 'Who may join a group by themselves.',
  values: policies,
});

const histories: Record<GroupHistoryWord, { readonly description: string }> = {
  ALL: { description: 'All messages ever sent in the group.' },
  JOINING: { description: 'Messages sent after they joined.' },
};

/** What new members may read of a group. */
export const GroupHistory = builder.enumType('GroupHistory', {
  description: 'What new members of a group may read.',
  values: histories,
});

builder.objectFields(Group, (t) => ({
  joinPolicy: t.expose('joinPolicy', { extensions: shareable, type: JoinPolicy, description: 'Who may join the group by themselves.' }),
  listed: t.exposeBoolean('listed', {
    extensions: shareable,
    description: 'Whether anyone can find the group in the directory (`Query.groups`), if there is one.',
  }),
  historyForNewcomers: t.expose('history', {
    extensions: shareable,
    type: GroupHistory,
    description: 'What new members may read. It is fixed when they join: a later change applies to those who join later.',
  }),
}));
