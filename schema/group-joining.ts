import {
  type GroupHistory as GroupHistoryWord,
  groupHistories,
  type JoinPolicy as JoinPolicyWord,
  joinPolicies,
} from '../src/group/index.ts';
import { builder } from './builder.ts';
import { Group } from './conversation.ts';
import { shareable } from './shareable.ts';

const policies: Record<JoinPolicyWord, { readonly description: string }> = {
  OPEN: { description: 'Everybody who knows of it.' },
  APPROVAL: { description: 'Whoever asks and is accepted by the owner or an admin; who has an invitation comes in at once.' },
  INVITE_ONLY: { description: 'Whoever has an invitation. Nobody else sees that there is such a group.' },
};

/** Who may join a group by themselves. */
export const JoinPolicy = builder.enumType('JoinPolicy', {
  description: 'Who may join a group by themselves.',
  values: Object.fromEntries(joinPolicies.map((word) => [word, policies[word]])) as typeof policies,
});

const histories: Record<GroupHistoryWord, { readonly description: string }> = {
  ALL: { description: 'Everything that was ever said there.' },
  JOINING: { description: 'What is said from their joining on.' },
};

/** What newcomers may read of a group. */
export const GroupHistory = builder.enumType('GroupHistory', {
  description: 'What newcomers may read of a group.',
  values: Object.fromEntries(groupHistories.map((word) => [word, histories[word]])) as typeof histories,
});

builder.objectFields(Group, (t) => ({
  joinPolicy: t.expose('joinPolicy', { extensions: shareable, type: JoinPolicy, description: 'Who may join by themselves.' }),
  listed: t.exposeBoolean('listed', {
    extensions: shareable,
    description: 'Whether anybody may find it in the directory (`Query.groups`), where there is one.',
  }),
  historyForNewcomers: t.expose('history', {
    extensions: shareable,
    type: GroupHistory,
    description: 'What those may read who join. It is settled when they come: a later change is for those who come later.',
  }),
}));
