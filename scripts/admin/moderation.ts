import type { Note } from '../../src/audit/index.ts';
import { asPlainText } from '../../src/message/index.ts';
import type { Decision } from '../../src/moderation/index.ts';
import type { Operator } from '../../src/open.ts';
import { type Item, itemKinds, itemStates } from '../../src/queue/index.ts';
import { isUuid } from '../../src/uuid.ts';
import { type Commands, type Flags, listSize, oneOf, table, UsageError } from './command.ts';

/** Commands for the moderation queue. */
export const moderationCommands: Commands = {
  'moderation list': {
    looks: true,
    words: [],
    says: 'lists open items, oldest first; [--state resolved] [--kind message|user|group] [--first N] [--after ID]',
    run: list,
  },
  'moderation show': {
    looks: true,
    words: ['ID'],
    says: 'shows an item: its content, the reports with their reasons, and the messages around it',
    run: show,
  },
  'moderation resolve': {
    words: ['ID', 'ACTION'],
    says: 'resolves an item: dismiss, remove-message or other; [--note WHY], required for other',
    run: resolve,
  },
};

const decisions = ['dismiss', 'remove-message', 'other'] as const;

async function list({ moderation }: Operator, _words: readonly string[], { state, kind, first, after }: Flags): Promise<string> {
  if (after !== undefined && !isUuid(after)) throw new UsageError(`${after} is not the id of an item.`);
  const { items, hasNextPage } = await moderation.queue({
    state: oneOf(itemStates, state ?? 'open'),
    kind: kind === undefined ? null : oneOf(itemKinds, kind),
    first: listSize(first),
    after,
  });
  if (items.length === 0) return 'No items.';
  const counts = await moderation.counts(items.map(({ item }) => item));
  const rows = items.map(({ item }, place) => {
    const reasons = counts[place]?.reasons.map(({ reason, count }) => `${reason} ${count}`) ?? [];
    return [item.id, item.target.kind, item.createdAt.toISOString(), reasons.join(', '), line(item.text ?? '')];
  });
  const more = hasNextPage ? [`… more with --after ${items.at(-1)?.key}`] : [];
  return [table([['ID', 'KIND', 'SINCE', 'REASONS', 'TEXT'], ...rows]), ...more].join('\n');
}

// What fits into the table. `show` prints the whole text.
const shownText = 60;

/** Formats a text as one line of a table. Text from users must not move the terminal's cursor. */
function line(text: string): string {
  const plain = safe(text).replaceAll(/\s+/g, ' ');
  return [...plain].length <= shownText ? plain : `${[...plain].slice(0, shownText).join('')}…`;
}

function safe(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, '\ufffd');
}

async function show({ moderation, accounts }: Operator, [id = '']: readonly string[]): Promise<string> {
  const [item = null] = await moderation.byIds([id]);
  if (item === null) throw new UsageError(`Item ${id} not found.`);
  const [reports, context] = await Promise.all([moderation.reports(item, { first: 100 }), moderation.context(item)]);
  const who = async (userId: bigint | null): Promise<string> => {
    if (userId === null) return 'blocked words';
    const user = await accounts.byId(userId);
    return user === null || user.erased ? `user ${userId}, deleted` : `@${user.handle}`;
  };
  const [message = null] = await moderation.messages([item]);
  const said = await Promise.all(
    reports.items.map(async ({ item: { reporterId, reason, note, words, at } }) => {
      const found = words.map(({ list: of, word }) => `${of}: ${word}`).join(', ');
      return [at.toISOString(), await who(reporterId), reason, safe(note ?? found).replaceAll('\n', ' ')];
    }),
  );
  const around = await Promise.all(
    context.map(async (message) => {
      const { sentAt, senderId, seq } = message;
      const here = item.target.kind === 'MESSAGE' && item.target.seq === seq;
      return [here ? '>' : ' ', sentAt.toISOString(), await who(senderId), line(asPlainText(message))];
    }),
  );
  return [
    `${item.target.kind} ${target(item)}, since ${item.createdAt.toISOString()}, ${state(item)}`,
    ...(item.target.kind === 'GROUP' ? [] : [`of ${await who(item.target.userId)}`]),
    `then: ${safe(item.text ?? '(not kept)')}`,
    ...(message === null ? [] : [`now: ${message.recalledAt === null ? safe(asPlainText(message)) : '(recalled)'}`]),
    table(said),
    ...(around.length === 0 ? [] : [table(around)]),
  ].join('\n');
}

function target({ target: of }: Item): string {
  if (of.kind === 'USER') return String(of.userId);
  return of.kind === 'GROUP' ? String(of.conversationId) : `${of.conversationId}:${of.seq}`;
}

function state({ resolution }: Item): string {
  return resolution === null
    ? 'open'
    : `${resolution.action} at ${resolution.at.toISOString()}${resolution.note === null ? '' : `: ${safe(resolution.note)}`}`;
}

async function resolve(
  { moderation }: Operator,
  [itemId = '', word = '']: readonly string[],
  { note }: Flags,
  noteInAudit: Note,
): Promise<string> {
  const action = oneOf(decisions, word).toUpperCase().replace('-', '_') as Decision;
  const { id, target: of, state: stands, resolution } = await moderation.resolve(null, { itemId, action, note });
  noteInAudit({ target: `ModerationItem:${id}`, after: { ...of, state: stands, ...resolution } });
  return `${id} is resolved: ${action}.`;
}
