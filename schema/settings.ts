import type { Settings, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { present } from './node.ts';
import { Viewer } from './viewer.ts';

const words: Record<Settings['messagesFrom'], { readonly description: string }> = {
  EVERYONE: { description: 'Everyone.' },
  CONTACTS: { description: 'Contacts only.' },
};

const MessagesFrom = builder.enumType('MessagesFrom', { description: 'Whom a user takes messages from.', values: words });

async function settingsOf({ userId }: ViewerShape, { scope }: Context): Promise<Settings> {
  return present(await scope.loaders.settings.load(userId), `the settings of user ${userId}`);
}

builder.objectFields(Viewer, (t) => ({
  messagesFrom: t.field({
    type: MessagesFrom,
    description:
      'Whom the viewer takes messages from in direct conversations, and who may add them to groups. Others are refused with NOT_CONTACTS, but for bots.',
    resolve: async (viewer, _args, context) => (await settingsOf(viewer, context)).messagesFrom,
  }),
  readReceipts: t.boolean({
    description: 'Whether others are shown how far the viewer has received and read.',
    resolve: async (viewer, _args, context) => (await settingsOf(viewer, context)).readReceipts,
  }),
  lastSeen: t.boolean({
    description: 'Whether others are shown when the viewer was last online.',
    resolve: async (viewer, _args, context) => (await settingsOf(viewer, context)).lastSeen,
  }),
}));

const UpdateSettingsInput = builder.inputType('UpdateSettingsInput', {
  description: 'What to settle: absent or null leaves it as it is.',
  fields: (t) => ({
    messagesFrom: t.field({ type: MessagesFrom, description: 'Whom to take messages from.' }),
    readReceipts: t.boolean({ description: 'Whether to show others how far one has received and read; false: nobody.' }),
    lastSeen: t.boolean({ description: 'Whether to show others when one was last online; false: nobody.' }),
  }),
});

interface UpdateSettingsShape extends Refusable {
  readonly viewer?: ViewerShape;
}

const UpdateSettingsPayload = withErrors(
  builder.objectRef<UpdateSettingsShape>('UpdateSettingsPayload').implement({
    description: 'What came of updateSettings.',
    fields: (t) => ({
      viewer: t.field({
        type: Viewer,
        nullable: true,
        description: 'The viewer as they stand; null if it was refused.',
        resolve: ({ viewer }) => viewer,
      }),
    }),
  }),
);

builder.mutationField('updateSettings', (t) =>
  t.field({
    type: UpdateSettingsPayload,
    description:
      'Settles how others may reach the viewer, and what they see of what the viewer reads and when they were there. All own devices get ViewerChanged.',
    args: { input: t.arg({ type: UpdateSettingsInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messagesFrom, readReceipts, lastSeen } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const { users, messages } = context.chat;
        // Read before, for what is stored is to be told whatever then fails.
        const tellMembers = await messages.receiptsTelling(viewer);
        const changed = await users.updateSettings(viewer, {
          ...(messagesFrom !== null && messagesFrom !== undefined && { messagesFrom }),
          ...(readReceipts !== null && readReceipts !== undefined && { readReceipts }),
          ...(lastSeen !== null && lastSeen !== undefined && { lastSeen }),
        });
        if (changed.includes('readReceipts')) tellMembers();
        return { viewer };
      }),
  }),
);
