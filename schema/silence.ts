import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { currentViewer, Viewer } from './viewer.ts';

builder.objectField(Viewer, 'silentUntil', (t) =>
  t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'The time until which the viewer receives no push notifications. If null or past, they receive them, except in quiet hours.',
    resolve: ({ userId }, _args, { chat, scope }) =>
      scope.loaders.ownPage('silentUntil', async () => (await chat.push.silentUntil([userId]))[0] ?? null),
  }),
);

mutation('setSilentUntil', {
  description:
    'Pauses the viewer’s push notifications on all devices, or resumes them. What arrives in the pause is not pushed later, but the badge of the next push notification includes it. All of the viewer’s devices receive `ViewerChanged`.',
  input: (t) => ({
    silentUntil: t.field({
      type: 'DateTime',
      description: 'The time until which to pause. It must be in the future. Null, or omitting it, ends the pause.',
    }),
  }),
  async act(viewer, { silentUntil }, { chat }) {
    await chat.push.setSilentUntil(viewer, silentUntil ?? null);
    return { viewer };
  },
  payload: (t) => ({
    viewer: t.expose('viewer', currentViewer),
  }),
});
