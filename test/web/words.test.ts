import { expect, test } from 'vitest';
import type { Entry } from '../../web/chat/state.ts';
import { happened, pollWords } from '../../web/chat/words.ts';

function person(displayName: string) {
  return { __typename: 'User' as const, id: displayName, handle: displayName, displayName, avatarUrl: null, isBot: false };
}

const [ann, ben] = [person('Ann'), person('Ben')];
const place = { seq: 7, at: '2026-11-28T10:00:00.000Z' };
const left = { ...place, __typename: 'MemberLeft' as const };
const owned = { ...place, __typename: 'GroupChanged' as const, changed: ['OWNER' as const] };

test.each<readonly [string, Entry]>([
  ['Ben left', { ...left, actor: ben, user: ben, leaveReason: 'LEFT' }],
  ['Ann removed Ben', { ...left, actor: ann, user: ben, leaveReason: 'REMOVED' }],
  ['Ben was removed', { ...left, actor: null, user: ben, leaveReason: 'REMOVED' }],
  ['Ben was removed', { ...left, actor: null, user: ben, leaveReason: 'BANNED' }],
  ['A deleted user left', { ...left, actor: null, user: null, leaveReason: 'LEFT' }],
  ['Ann changed the group’s owner', { ...owned, actor: ann }],
  ['The group’s owner was changed', { ...owned, actor: null }],
])('the demo app describes an entry, also without an actor: %s', (words, entry) => {
  expect(happened(entry)).toBe(words);
});

test.each([
  ['0 voters', {}],
  ['1 voter · multiple choice', { voterCount: 1, multiple: true }],
  ['2 voters · anonymous · closed', { voterCount: 2, anonymous: true, closedAt: place.at, closesAt: place.at }],
])('the demo app shows the state of a poll: %s', (words, poll) => {
  const plain = { voterCount: 0, multiple: false, anonymous: false, closesAt: null, closedAt: null, options: [] };
  expect(pollWords({ ...plain, ...poll })).toBe(words);
});
