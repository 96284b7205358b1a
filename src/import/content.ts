import { requireForeignEmojis, requireForeignMessage } from '../message/index.ts';
import { keysOf, type MessageLine, requirePast } from './line.ts';
import type { Run } from './parts.ts';

/**
 * Converts a message line to what is stored, with the keys of everything it refers to. Throws INVALID_INPUT (sentAt, editedAt, recalledAt,
 * text, attachments, data, reactions), LIMIT_REACHED (reactions).
 */
export function requireContent({ keys, config }: Pick<Run, 'keys' | 'config'>, line: MessageLine, now: Date) {
  for (const field of ['sentAt', 'editedAt', 'recalledAt'] as const) requirePast(line[field], now, field);
  const { reactions = [], thread, replyTo } = line;
  const inConversation = (named: string | undefined) => (named === undefined ? null : keys.message(line.conversation, named));
  const { own, refers } = keysOf(keys, line);
  const emojis = requireForeignEmojis(
    config,
    reactions.map(({ emoji }) => emoji),
  );
  return {
    line,
    key: own ?? '',
    refers,
    words: requireForeignMessage(config, line),
    replyTo: inConversation(replyTo),
    thread: inConversation(thread),
    conversation: keys.conversation(line.conversation),
    sender: keys.user(line.sender),
    mentions: (line.mentions ?? []).map(keys.user),
    reactions: reactions.flatMap(({ users }, place) => users.map((user) => ({ emoji: emojis[place] ?? '', user: keys.user(user) }))),
  };
}

/** The content of a valid message line, with the keys that it refers to. */
export type Content = ReturnType<typeof requireContent>;
