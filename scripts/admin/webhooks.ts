import type { Operator } from '../../src/open.ts';
import { askedKinds, onFailures } from '../../src/webhook/index.ts';
import { type Commands, type Flags, number, table, UsageError } from './command.ts';

const choice = `[--deadline MS] [--on-failure ${onFailures.join('|')}] [--conversations ${askedKinds.join('|')}] [--new-secret]`;

/** Which apps are told, and which is asked. */
export const webhooksCommands: Commands = {
  'webhooks list': { words: [], says: 'which apps are told, and how that goes', run: list },
  'webhooks create': {
    words: ['URL'],
    says: 'has an app be told, and prints what signs its calls; [--events TYPE,…]: only of these; [--note WHY]',
    run: create,
  },
  'webhooks update': { words: ['ID'], says: 'changes it; [--url URL] [--events TYPE,…|ALL] [--note WHY]', run: update },
  'webhooks delete': {
    words: ['ID'],
    says: 'tells an app nothing more, and forgets what it missed',
    async run({ webhooks }, [id = '']) {
      await webhooks.remove(id);
      return `${id} is deleted.`;
    },
  },
  'webhooks rotate': {
    words: ['ID'],
    says: 'another secret, which is printed; the one before signs along for a day',
    run: async ({ webhooks }, [id = '']) => (await webhooks.rotateSecret(id)).secret,
  },
  'webhooks enable': {
    words: ['ID'],
    says: 'tells an app again that was disabled, or tries one that rests at once; [--missed]: of what it missed too',
    async run({ webhooks }, [id = ''], { missed = false }) {
      await webhooks.enable(id, { missed });
      return `${id} is told again.`;
    },
  },
  'webhooks test': { words: ['ID'], says: 'calls an app with a test event, from here', run: test },
  'before-send show': { words: [], says: 'which app is asked before something is said', run: show },
  'before-send set': { words: ['URL'], says: `has an app be asked, and prints a secret that is new; ${choice}`, run: set },
  'before-send remove': {
    words: [],
    says: 'asks nobody any more',
    run: async ({ beforeSend }) => ((await beforeSend.remove()) ? 'Nobody is asked any more.' : 'Nobody was asked.'),
  },
};

async function list({ webhooks }: Operator): Promise<string> {
  const [all, backlogs] = await Promise.all([webhooks.list(), webhooks.backlogs()]);
  if (all.length === 0) return 'No app is told.';
  const rows = all.map(({ id, url, state, disabledWhy, retryAt, failingSince, lastSuccessAt, lastFailure, events, description }) => [
    ...[id, disabledWhy ?? (retryAt === null ? state : 'RESTS'), url, events.join(',') || 'all', time(lastSuccessAt), time(failingSince)],
    ...[String(backlogs.get(id)?.entries ?? 0), lastFailure ?? '', description],
  ]);
  return table([['ID', 'STATE', 'URL', 'EVENTS', 'LAST SUCCESS', 'FAILING SINCE', 'BEHIND', 'LAST FAILURE', 'NOTE'], ...rows]);
}

function time(at: Date | null): string {
  return at?.toISOString() ?? '-';
}

function eventsIn(text: string): readonly string[] {
  return text === 'ALL' ? [] : text.split(',').map((name) => name.trim());
}

async function create({ webhooks }: Operator, [url = '']: readonly string[], { events = 'ALL', note = '' }: Flags): Promise<string> {
  const { webhook, secret } = await webhooks.create({ url, events: eventsIn(events), description: note });
  return `${webhook.id} is told from here on. What signs its calls is shown this once:\n${secret}`;
}

async function update({ webhooks }: Operator, [id = '']: readonly string[], { url, events, note }: Flags): Promise<string> {
  await webhooks.update(id, {
    ...(url !== undefined && { url }),
    ...(events !== undefined && { events: eventsIn(events) }),
    ...(note !== undefined && { description: note }),
  });
  return `${id} is changed.`;
}

async function test({ webhooks }: Operator, [id = '']: readonly string[]): Promise<string> {
  const { delivered, status, ms, fault } = await webhooks.test(id);
  return delivered ? `It took it: ${status}, after ${ms} ms.` : `It did not take it: ${fault}, after ${ms} ms.`;
}

async function show({ beforeSend }: Operator): Promise<string> {
  const asked = await beforeSend.get();
  if (asked === null) return 'Nobody is asked.';
  const { url, deadlineMs, onFailure, conversations } = asked;
  return `${url}\n  within ${deadlineMs} ms; where it fails: ${onFailure}; conversations: ${conversations}`;
}

async function set({ beforeSend }: Operator, [url = '']: readonly string[], flags: Flags): Promise<string> {
  const { secret } = await beforeSend.set({
    url,
    deadlineMs: flags.deadline === undefined ? undefined : number(flags.deadline),
    onFailure: oneOf(onFailures, flags['on-failure']),
    conversations: oneOf(askedKinds, flags.conversations),
    newSecret: flags['new-secret'],
  });
  return secret === null ? 'It is asked from here on.' : `It is asked from here on. What signs its calls is shown this once:\n${secret}`;
}

function oneOf<const T extends readonly string[]>(words: T, text: string | undefined): T[number] | undefined {
  if (text === undefined || words.includes(text)) return text;
  throw new UsageError(`${text} is none of ${words.join(', ')}.`);
}
