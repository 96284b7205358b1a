import { randomBytes } from 'node:crypto';
import type { Chat } from '../src/chat.ts';
import type { Viewer } from '../src/user/index.ts';

const people = { alice: 'Alice Liddell', bob: 'Bob Cratchit', carol: 'Carol Kennicott' } as const;
type Person = keyof typeof people;
type Line = readonly [who: Person, text: string];

const direct: readonly Line[] = [
  ['alice', 'Bob, did the parcel arrive?'],
  ['bob', 'This morning. Thank you!'],
  ['alice', '📦 Good. Open it before Friday.'],
];
const walks: readonly Line[] = [
  ['carol', 'Saturday, nine o’clock, at the old bridge?'],
  ['bob', 'I will be there.'],
  ['alice', 'Me too. I bring tea.'],
  ['carol', 'Then I bring cake.'],
];
const books: readonly Line[] = [
  ['bob', 'Next month is my turn to choose.'],
  ['carol', 'Please, nothing over 500 pages.'],
];

/**
 * Fills an empty database, through the chat itself, with three users who are contacts of each other, a direct conversation and two groups.
 * Resolves to a line to print: the password of all three, or that nothing was done because there are users already.
 */
export async function seedDemo(chat: Chat): Promise<string> {
  if (await chat.users.any()) return 'The demo was not made: the database is not empty.';
  // 96 bits: too many to guess, few enough to type.
  const password = randomBytes(12).toString('base64url');
  const alice = await signUp(chat, 'alice', password);
  const bob = await signUp(chat, 'bob', password);
  const carol = await signUp(chat, 'carol', password);
  const cast = { alice, bob, carol };
  await acquaint(chat, alice, bob);
  await acquaint(chat, alice, carol);
  await acquaint(chat, bob, carol);
  const { id: talk } = await chat.groups.openDirect(alice, { userId: bob.userId });
  await play(chat, talk, direct, cast);
  const all = [alice.userId, bob.userId, carol.userId];
  const { id: club } = await chat.groups.create(carol, { name: 'Saturday walks', memberIds: all.filter((id) => id !== carol.userId) });
  await play(chat, club, walks, cast);
  const { id: circle } = await chat.groups.create(bob, { name: 'Book circle', description: 'One book a month', memberIds: [carol.userId] });
  await play(chat, circle, books, cast);
  return `The demo is made: sign in as ${Object.keys(people).join(', ')} with the password ${password}`;
}

async function signUp(chat: Chat, handle: Person, password: string): Promise<Viewer> {
  const { viewer } = await chat.users.signUp({ handle, password, displayName: people[handle], deviceName: 'demo', address: 'demo' });
  return viewer;
}

/** Makes contacts of two users as people do: one asks, the other accepts. */
async function acquaint(chat: Chat, asker: Viewer, other: Viewer): Promise<void> {
  await chat.contacts.request(asker, { userId: other.userId });
  await chat.contacts.answer(other, { fromId: asker.userId, toId: other.userId }, { accept: true });
}

async function play(chat: Chat, conversationId: bigint, lines: readonly Line[], cast: Readonly<Record<Person, Viewer>>): Promise<void> {
  for (const [index, [who, text]] of lines.entries()) {
    await chat.messages.send(cast[who], { conversationId, clientMessageId: `demo-${conversationId}-${index}`, text });
  }
}
