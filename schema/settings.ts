import type { Settings, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { mutation } from './mutation.ts';
import { present } from './node.ts';
import { currentViewer, Viewer } from './viewer.ts';

const words: Record<Settings['messagesFrom'], { readonly description: string }> = {
  EVERYONE: { description: 'Everyone.' },
  CONTACTS: { description: 'Contacts only.' },
};

const MessagesFrom = builder.enumType('MessagesFrom', { description: 'Whose messages a user accepts.', values: words });

async function settingsOf({ userId }: ViewerShape, { scope }: Context): Promise<Settings> {
  return present(await scope.loaders.settings.load(userId), `the settings of user ${userId}`);
}

builder.objectFields(Viewer, (t) => ({
  messagesFrom: t.field({
    type: MessagesFrom,
    description:
      'Who can send the viewer messages in direct conversations and add them to groups. Others are refused with NOT_CONTACTS, except for bots.',
    resolve: async (viewer, _args, context) => (await settingsOf(viewer, context)).messagesFrom,
  }),
  readReceipts: t.boolean({
    description: 'Whether others see how far messages were delivered to the viewer and read.',
    resolve: async (viewer, _args, context) => (await settingsOf(viewer, context)).readReceipts,
  }),
  lastSeen: t.boolean({
    description: 'Whether others see when the viewer was last online.',
    resolve: async (viewer, _args, context) => (await settingsOf(viewer, context)).lastSeen,
  }),
}));

mutation('updateSettings', {
  description:
    'Changes who can reach the viewer, and what others see of the viewer’s read markers and time last online. All of the viewer’s devices receive `ViewerChanged`.',
  inputDescription: 'The input of `updateSettings`. Fields that are omitted or null keep their values.',
  input: (t) => ({
    messagesFrom: t.field({ type: MessagesFrom, description: 'Whose messages to accept.' }),
    readReceipts: t.boolean({ description: 'Whether others see how far messages were delivered to the viewer and read.' }),
    lastSeen: t.boolean({ description: 'Whether others see when the viewer was last online.' }),
  }),
  async act(viewer, { messagesFrom, readReceipts, lastSeen }, { chat }) {
    const { users, messages } = chat;
    // Read before the change, because the change must be announced even if a later read fails.
    const tellMembers = readReceipts === null || readReceipts === undefined ? null : await messages.receiptsTelling(viewer);
    const changed = await users.updateSettings(viewer, {
      ...(messagesFrom !== null && messagesFrom !== undefined && { messagesFrom }),
      ...(readReceipts !== null && readReceipts !== undefined && { readReceipts }),
      ...(lastSeen !== null && lastSeen !== undefined && { lastSeen }),
    });
    if (changed.includes('readReceipts')) tellMembers?.();
    return { viewer };
  },
  payload: (t) => ({
    viewer: t.expose('viewer', currentViewer),
  }),
});
