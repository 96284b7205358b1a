import { randomUUID } from 'node:crypto';
import type { World } from '../support/world.ts';
import { act, emoji, type Scene } from './scene.ts';

/**
 * Makes the target do in the group and in the direct conversation what only they may notice: they hide, save, draft, mark and set
 * things for themselves. So their own view differs from that of others.
 */
export async function actInPrivate(world: World, scene: Scene): Promise<void> {
  await actIn(world, scene, scene.group, scene.message);
  await actIn(world, scene, scene.direct, scene.directMessage);
}

interface Said {
  readonly messageEdge: { readonly node: { readonly id: string; readonly seq: number } };
}

async function actIn(world: World, { target, actors: { owner } }: Scene, conversationId: string, threadRootId: string): Promise<void> {
  async function said(more: object) {
    const input = { conversationId, clientMessageId: randomUUID(), text: 'To the target.', ...more };
    const { messageEdge }: Said = await act(world, owner, 'sendMessage', input, '{ messageEdge { node { id seq } } errors { code } }');
    return messageEdge.node;
  }
  const naming = await said({ threadRootId, mentionIds: [target.id] });
  const last = await said({ threadRootId, attachments: [{ url: 'https://files.example/a.png', mediaType: 'image/png' }] });
  await act(world, owner, 'pinMessage', { messageId: last.id });
  const draft = { conversationId, text: 'So far.', writtenAt: new Date().toISOString() };
  const silentUntil = '2999-01-01T00:00:00.000Z';
  for (const [name, input] of [
    ['clearConversation', { conversationId, seq: 1 }],
    ['hideMessage', { messageId: last.id }],
    ['markRead', { conversationId, seq: naming.seq - 1 }],
    ['markThreadRead', { messageId: threadRootId, seq: naming.seq - 1 }],
    ['markUnread', { conversationId, fromSeq: 2 }],
    ['saveDraft', draft],
    ['saveDraft', { ...draft, threadRootId }],
    ['addReaction', { messageId: threadRootId, emoji }],
    ['saveMessage', { messageId: threadRootId }],
    ['updateMembership', { conversationId, notificationLevel: 'NONE', silentUntil, pinned: true, archived: false }],
  ] as const) {
    await act(world, target, name, input);
  }
}
