import type { Note } from '../../src/audit/index.ts';
import type { PostedNotice } from '../../src/notice/index.ts';
import type { Operator } from '../../src/open.ts';
import { type Commands, type Flags, listSize, moment, table, UsageError } from './command.ts';

/** Commands for notices. */
export const noticesCommands: Commands = {
  'notices post': {
    words: ['TITLE', 'BODY'],
    says: 'posts a notice to all users; [--to HANDLE,…] only to these, [--at TIME] later, such as 2027-01-31T20:00:00Z',
    run: (operator, [title = '', body = ''], flags, note) => post(operator, { title, body }, { flags, note }),
  },
  'notices list': { looks: true, words: [], says: 'lists notices, newest first; [--first N]', run: list },
  'notices revoke': {
    words: ['ID'],
    says: 'revokes a notice: it is no longer shown to anybody',
    async run({ notices }, [id = ''], _flags, note) {
      const { state, ...notice } = await notices.revoke(id);
      note({ target: `Notice:${notice.id}`, after: { state, postedAt: notice.postedAt, revokedAt: notice.revokedAt } });
      return `${notice.id} is revoked.`;
    },
  },
};

async function post(
  { notices }: Operator,
  { title, body }: Pick<PostedNotice, 'title' | 'body'>,
  { flags: { to, at }, note }: { readonly flags: Flags; readonly note: Note },
): Promise<string> {
  const recipients = to?.split(',').map((handle) => ({ handle: handle.trim() }));
  const { notice, errors } = await notices.post(null, { title, body, to: recipients ?? 'ALL', at: at === undefined ? null : moment(at) });
  if (notice !== null) note({ target: `Notice:${notice.id}`, after: { state: notice.state, postAt: notice.postAt } });
  if (notice !== null) return `${notice.id} ${notice.state === 'SCHEDULED' ? `is posted at ${notice.postAt.toISOString()}` : 'is posted'}.`;
  const unknown = errors.map(({ field }) => recipients?.[Number(field?.[1])]?.handle);
  throw new UsageError(`The notice was not posted. There are no users with these handles: ${unknown.join(', ')}.`);
}

async function list({ notices }: Operator, _words: readonly string[], { first }: Flags): Promise<string> {
  const { items, hasNextPage } = await notices.all({ first: listSize(first) });
  if (items.length === 0) return 'No notices.';
  const reach = await notices.reach(items.map(({ notice }) => notice));
  const rows = items.map(({ notice: { id, state, postAt, title } }, place) => {
    const { handedOn, recipients } = reach[place] ?? {};
    return [id, state, postAt.toISOString(), recipients === undefined ? 'all' : `${handedOn} of ${recipients}`, title];
  });
  return [table([['ID', 'STATE', 'AT', 'TO', 'TITLE'], ...rows]), ...(hasNextPage ? ['… more with --first'] : [])].join('\n');
}
