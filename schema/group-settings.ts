import type { GroupPolicy as GroupPolicyWord } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { Group } from './conversation.ts';
import { GroupHistory, JoinPolicy } from './group-joining.ts';
import { inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { shareable } from './shareable.ts';

const policies: Record<GroupPolicyWord, { readonly description: string }> = {
  EVERYONE: { description: 'Every member.' },
  ADMINS: { description: 'The owner and the admins.' },
  OWNER: { description: 'Only the owner.' },
};

/** Who may do something in a group. */
const GroupPolicy = builder.enumType('GroupPolicy', {
  description: 'Who may do something in a group.',
  values: policies,
});

builder.objectFields(Group, (t) => ({
  announcement: t.exposeString('announcement', {
    extensions: shareable,
    nullable: true,
    description: 'The announcement to the group’s members, or null if there is none.',
  }),
  data: t.expose('data', {
    extensions: shareable,
    type: 'JSONObject',
    nullable: true,
    description: 'Custom JSON data that clients attached to the group, or null if there is none.',
  }),
  postPolicy: t.expose('postPolicy', { extensions: shareable, type: GroupPolicy, description: 'Who may send messages.' }),
  invitePolicy: t.expose('invitePolicy', { extensions: shareable, type: GroupPolicy, description: 'Who may add members.' }),
  pinPolicy: t.expose('pinPolicy', { extensions: shareable, type: GroupPolicy, description: 'Who may pin messages.' }),
  mentionPolicy: t.expose('mentionPolicy', { extensions: shareable, type: GroupPolicy, description: 'Who may mention everyone.' }),
  slowModeSeconds: t.exposeInt('slowModeSeconds', {
    extensions: shareable,
    description:
      'How many seconds a member must wait between two messages, or 0 if slow mode is off. It does not apply to the owner and admins.',
  }),
  mutedUntil: t.expose('mutedUntil', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description:
      'Until when only the owner and admins may send messages, or null if the group is not muted. A time in the past has no effect.',
  }),
  historyDays: t.exposeInt('historyDays', {
    extensions: shareable,
    nullable: true,
    description:
      'For how many days the group keeps its history, or null if for as long as the server does. Older history is deleted for everyone, and no later than that of other conversations.',
  }),
}));

mutation('updateGroup', {
  description:
    'Changes a group’s name, appearance and settings. Only the owner and admins can do this. All given changes are made, or none.',
  inputDescription:
    'The input of `updateGroup`. Omitted fields keep their values; null clears or ends them. The name, the policies, `listed` and `historyForNewcomers` cannot be null.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    name: t.string({ description: 'The name, from 1 to 100 characters.' }),
    description: t.string({ description: 'The description, up to 1,000 characters.' }),
    announcement: t.string({ description: 'The announcement to the members, up to 2,000 characters.' }),
    data: t.field({
      type: 'JSONObject',
      description: 'Custom JSON data, which replaces the current data. At most 4,096 bytes of JSON, up to ten levels deep.',
    }),
    avatarUrl: t.string({ description: 'The http or https URL of the picture, up to 2,048 characters.' }),
    postPolicy: t.field({
      type: GroupPolicy,
      description: 'Who may send messages. Only the owner can set this to OWNER, or change it from OWNER.',
    }),
    joinPolicy: t.field({ type: JoinPolicy, description: 'Who may join by themselves. Pending join requests stay pending.' }),
    listed: t.boolean({
      description:
        'Whether the group is listed in the directory. It can be listed only if it is OPEN or APPROVAL. A group that becomes INVITE_ONLY is no longer listed.',
    }),
    historyForNewcomers: t.field({
      type: GroupHistory,
      description: 'What users who join after the change may read. Current members can read what they could read before.',
    }),
    invitePolicy: t.field({
      type: GroupPolicy,
      description: 'Who may add members. Only the owner can set this to OWNER, or change it from OWNER.',
    }),
    pinPolicy: t.field({
      type: GroupPolicy,
      description: 'Who may pin messages. Only the owner can set this to OWNER, or change it from OWNER.',
    }),
    mentionPolicy: t.field({
      type: GroupPolicy,
      description: 'Who may mention everyone. Only the owner can set this to OWNER, or change it from OWNER.',
    }),
    slowModeSeconds: t.int({ description: 'How many seconds a member must wait between two messages, from 0 (off) to 86,400 (a day).' }),
    mutedUntil: t.field({
      type: 'DateTime',
      description: 'Until when only the owner and admins may send messages. It must be in the future.',
    }),
    historyDays: t.int({
      description:
        'For how many days to keep the history, from 1 to 36,500. Older history is deleted for everyone, within about an hour, and cannot be restored.',
    }),
  }),
  async act(viewer, { groupId, historyForNewcomers: history, ...change }, { chat }) {
    return {
      group: await chat.groups.update(viewer, { groupId: inputId('Conversation', groupId, 'groupId'), history, ...change }),
    };
  },
  payload: (t) => ({
    group: t.expose('group', {
      type: Group,
      nullable: true,
      description: 'The group in its current state, or null if the mutation was refused.',
    }),
  }),
});
