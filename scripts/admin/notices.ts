import type { PostedNotice } from '../../src/notice/index.ts';
import type { Operator } from '../../src/open.ts';
import { type Commands, type Flags, number, table, UsageError } from './command.ts';

/** What users are told. */
export const noticesCommands: Commands = {
  'notices post': {
    words: ['TITLE', 'BODY'],
    says: 'tells all users something; [--to HANDLE,…]: only these; [--at TIME]: then, such as 2027-01-31T20:00:00Z',
    run: (operator, [title = '', body = ''], flags) => post(operator, { title, body }, flags),
  },
  'notices list': { words: [], says: 'what was told, the newest first; [--first N]', run: list },
  'notices revoke': {
    words: ['ID'],
    says: 'takes a notice back: nobody is shown it any more',
    run: async ({ notices }, [id = '']) => `${(await notices.revoke(id)).id} is taken back.`,
  },
};

async function post({ notices }: Operator, { title, body }: Pick<PostedNotice, 'title' | 'body'>, { to, at }: Flags): Promise<string> {
  const recipients = to?.split(',').map((handle) => ({ handle: handle.trim() }));
  const { notice, errors } = await notices.post(null, { title, body, to: recipients ?? 'ALL', at: at === undefined ? null : time(at) });
  if (notice !== null) return `${notice.id} ${notice.state === 'SCHEDULED' ? `is posted at ${notice.postAt.toISOString()}` : 'is posted'}.`;
  const unknown = errors.map(({ field }) => recipients?.[Number(field?.[1])]?.handle);
  throw new UsageError(`Nobody is told: there is no ${unknown.join(', ')}.`);
}

async function list({ notices }: Operator, _words: readonly string[], { first = '20' }: Flags): Promise<string> {
  const { items, hasNextPage } = await notices.all({ first: number(first) });
  if (items.length === 0) return 'Nothing was ever told.';
  const reach = await notices.reach(items.map(({ notice }) => notice));
  const rows = items.map(({ notice: { id, state, postAt, title } }, place) => {
    const { handedOn, recipients } = reach[place] ?? {};
    return [id, state, postAt.toISOString(), recipients === undefined ? 'all' : `${handedOn} of ${recipients}`, title];
  });
  return [table([['ID', 'STATE', 'AT', 'TO', 'TITLE'], ...rows]), ...(hasNextPage ? ['… more with --first'] : [])].join('\n');
}

function time(text: string): Date {
  const at = new Date(text);
  // With its zone: whose clock is meant is not guessed.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(at.getTime()))
    throw new UsageError(`${text} is not a time such as 2027-01-31T20:00:00Z.`);
  return at;
}
