import type { Note } from '../../src/audit/index.ts';
import type { Operator } from '../../src/open.ts';
import { askedKinds, decidedOf, onFailures, type Webhook } from '../../src/webhook/index.ts';
import { type Commands, type Flags, number, oneOf, table } from './command.ts';

const choice = `[--deadline MS] [--on-failure ${onFailures.join('|')}] [--conversations ${askedKinds.join('|')}] [--new-secret]`;

/** Commands for webhooks, and for the app that is asked before a message is stored. */
export const webhooksCommands: Commands = {
  'webhooks list': { looks: true, words: [], says: 'lists webhooks and their state', run: list },
  'webhooks create': {
    words: ['URL'],
    says: 'creates a webhook and prints its secret; [--events TYPE,…] only for these, [--note WHY]',
    run: create,
  },
  'webhooks update': { words: ['ID'], says: 'changes a webhook; [--url URL] [--events TYPE,…|ALL] [--note WHY]', run: update },
  'webhooks delete': {
    words: ['ID'],
    says: 'deletes a webhook and the events it has missed',
    async run({ webhooks }, [id = ''], _flags, note) {
      const before = (await webhooks.list()).find((one) => one.id === id);
      await webhooks.remove(id);
      note({ target: `webhook:${id}`, ...(before && { before: decidedOf(before) }) });
      return `${id} is deleted.`;
    },
  },
  'webhooks rotate': {
    words: ['ID'],
    says: 'prints a new secret; the previous one is also used for a day',
    async run({ webhooks }, [id = ''], _flags, note) {
      const { secret } = await webhooks.rotateSecret(id);
      note({ target: `webhook:${id}` });
      return secret;
    },
  },
  'webhooks enable': {
    words: ['ID'],
    says: 'enables a disabled webhook, or retries a resting one at once; [--missed] also sends the events it missed, unless its app answered 410',
    async run(operator, [id = ''], { missed = false }, note) {
      await changed(operator, { id, note }, () => operator.webhooks.enable(id, { missed }));
      return `${id} is enabled again.`;
    },
  },
  'webhooks test': { words: ['ID'], says: 'calls a webhook with a test event from this machine', run: test },
  'before-send show': { looks: true, words: [], says: 'shows the app that is asked before a message is stored', run: show },
  'before-send set': { words: ['URL'], says: `sets the app that is asked, and prints its secret if it is new; ${choice}`, run: set },
  'before-send remove': {
    words: [],
    says: 'removes the app that is asked',
    async run({ beforeSend }, _words, _flags, note) {
      const before = await beforeSend.get();
      note({ before, after: null });
      return (await beforeSend.remove()) ? 'No app is asked any more.' : 'No app was asked.';
    },
  },
};

async function list({ webhooks }: Operator): Promise<string> {
  const [all, backlogs] = await Promise.all([webhooks.list(), webhooks.backlogs()]);
  if (all.length === 0) return 'No webhooks.';
  const rows = all.map(({ id, url, state, disabledWhy, retryAt, failingSince, lastSuccessAt, lastFailure, events, description }) => [
    ...[id, disabledWhy ?? (retryAt === null ? state : 'RESTS'), url, events.join(',') || 'all', time(lastSuccessAt), time(failingSince)],
    // Not that of an app that works again.
    ...[String(backlogs.get(id)?.entries ?? 0), failingSince === null ? '' : (lastFailure ?? ''), description],
  ]);
  return table([['ID', 'STATE', 'URL', 'EVENTS', 'LAST SUCCESS', 'FAILING SINCE', 'BEHIND', 'LAST FAILURE', 'NOTE'], ...rows]);
}

function time(at: Date | null): string {
  return at?.toISOString() ?? '-';
}

function eventsIn(text: string): readonly string[] {
  return text === 'ALL' ? [] : text.split(',').map((name) => name.trim());
}

async function create(
  { webhooks }: Operator,
  [url = '']: readonly string[],
  { events = 'ALL', note: description = '' }: Flags,
  note: Note,
): Promise<string> {
  const { webhook, secret } = await webhooks.create({ url, events: eventsIn(events), description });
  note({ target: `webhook:${webhook.id}`, after: decidedOf(webhook) });
  return `${webhook.id} is told from now on. The secret that signs its calls is shown only once:\n${secret}`;
}

/** Changes a webhook, and notes the states before and after in the audit. */
async function changed(
  { webhooks }: Operator,
  { id, note }: { readonly id: string; readonly note: Note },
  change: () => Promise<Webhook>,
): Promise<void> {
  const before = (await webhooks.list()).find((one) => one.id === id);
  const after = decidedOf(await change());
  note({ target: `webhook:${id}`, ...(before && { before: decidedOf(before) }), after });
}

async function update(operator: Operator, [id = '']: readonly string[], flags: Flags, note: Note): Promise<string> {
  const { url, events, note: description } = flags;
  await changed(operator, { id, note }, () =>
    operator.webhooks.update(id, {
      ...(url !== undefined && { url }),
      ...(events !== undefined && { events: eventsIn(events) }),
      ...(description !== undefined && { description }),
    }),
  );
  return `${id} is changed.`;
}

async function test({ webhooks }: Operator, [id = '']: readonly string[], _flags: Flags, note: Note): Promise<string> {
  const trial = await webhooks.test(id);
  note({ target: `webhook:${id}`, after: trial });
  const { delivered, status, ms, fault } = trial;
  return delivered ? `Accepted with ${status} after ${ms} ms.` : `Not accepted after ${ms} ms: ${fault}.`;
}

async function show({ beforeSend }: Operator): Promise<string> {
  const asked = await beforeSend.get();
  if (asked === null) return 'No app is asked.';
  const { url, deadlineMs, onFailure, conversations } = asked;
  return `${url}\n  within ${deadlineMs} ms; where it fails: ${onFailure}; conversations: ${conversations}`;
}

async function set({ beforeSend }: Operator, [url = '']: readonly string[], flags: Flags, note: Note): Promise<string> {
  const before = await beforeSend.get();
  const { beforeSend: after, secret } = await beforeSend.set({
    url,
    deadlineMs: flags.deadline === undefined ? undefined : number('--deadline', flags.deadline),
    onFailure: maybe(onFailures, flags['on-failure']),
    conversations: maybe(askedKinds, flags.conversations),
    newSecret: flags['new-secret'],
  });
  note({ before, after });
  return secret === null
    ? 'It is asked from now on.'
    : `It is asked from now on. The secret that signs its calls is shown only once:\n${secret}`;
}

function maybe<const W extends string>(words: readonly W[], text: string | undefined): W | undefined {
  return text === undefined ? undefined : oneOf(words, text);
}
