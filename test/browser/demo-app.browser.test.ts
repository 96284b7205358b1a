import { parse } from 'graphql';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { runAdmin } from '../support/admin-command.ts';
import { ask } from '../support/client.ts';
import { MarkUnreadDocument, SendMessageDocument, UpdateProfileDocument } from '../support/generated/graphql.ts';
import { password, peopleOf } from '../support/world.ts';
import { browserPlace } from './window.ts';

const place = browserPlace();
const { misdeeds } = place;

/** A window of its own, in which a new user has signed up. */
async function signUp(name: string): Promise<Page> {
  return await signUpIn(await place.open('/demo/'), name);
}

async function signUpIn(page: Page, name: string): Promise<Page> {
  await page.getByRole('button', { name: 'I am new here' }).click();
  await page.getByLabel('Handle').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  return page;
}

async function pick(place: Page | Locator, label: string, name: string): Promise<void> {
  await place.getByRole('searchbox', { name: label }).fill(name);
  await place.getByRole('list', { name: 'Found' }).getByRole('button', { name }).click();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
}

/** A conversation in the user’s list. */
function row(page: Page, name: string | RegExp): Locator {
  return page.getByRole('navigation').getByRole('link', { name });
}

/** The messages and events of the open conversation, line by line as they are shown. */
async function shown(page: Page): Promise<readonly string[]> {
  return await page.getByRole('log').locator('.text, .happened').allTextContents();
}

type Box = Awaited<ReturnType<Locator['boundingBox']>>;

function isWithin(inner: Box, outer: Box): boolean {
  return inner !== null && outer !== null && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;
}

/** The receipt of the viewer’s last message. */
function receipt(page: Page): Locator {
  return page.getByRole('log').getByRole('article', { name: 'You' }).last().getByRole('img');
}

test('two users find each other and send messages: they arrive, count as unread, and are shown as read; typing, a new name and a mark as unread are shown too', async () => {
  const [ada, ben] = [await signUp('ada'), await signUp('ben')];
  await pick(ada, 'Find people', 'ben');
  await say(ada, 'Hello Ben');
  await row(ben, /ada.*Hello Ben.*1 unread/).waitFor();
  await expect.poll(() => ben.title()).toBe('(1) MPIM');
  await expect.poll(() => receipt(ada).getAttribute('aria-label')).toBe('delivered');
  await row(ben, /ada/).click();
  await expect.poll(() => row(ben, /unread/).count()).toBe(0);
  await expect.poll(() => ben.title()).toBe('MPIM');
  await expect.poll(() => receipt(ada).getAttribute('aria-label')).toBe('read');
  await ben.getByRole('textbox', { name: 'Message' }).pressSequentially('Hel');
  await ada.getByRole('main').getByText('ben is typing…').waitFor();
  await say(ben, 'Hello Ada');
  await expect.poll(() => shown(ada)).toEqual(['Hello Ben', 'Hello Ada']);
  await expect.poll(() => ada.getByText('ben is typing…').count()).toBe(0);
  await row(ada, /^online.*ben/).waitFor();
  // The app has no form for it.
  const { token } = await peopleOf(() => place.node.url).anotherDevice({ id: '', handle: 'ben', token: '', refreshToken: '' });
  await ask(place.node.url, UpdateProfileDocument, { input: { displayName: 'Benjamin' } }, token);
  await row(ada, /^online.*Benjamin.*Hello Ada/).waitFor();
  await ada.getByRole('main').getByRole('heading', { name: 'Benjamin' }).waitFor();
  const conversationId = decodeURIComponent(new URL(ben.url()).hash.slice('#/'.length));
  await ask(place.node.url, MarkUnreadDocument, { input: { conversationId, fromSeq: 1 } }, token);
  await row(ben, /1 unread/).waitFor();
  await say(ada, 'Are you there?');
  await row(ben, /2 unread/).waitFor();
  await ben.goBack();
  await row(ben, /2 unread/).click();
  await expect.poll(() => row(ben, /unread/).count()).toBe(0);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('a pinned conversation stays at the top and an archived one is put away, in all windows of the user', async () => {
  const page = await signUp('pia');
  const other = await place.open('/demo/');
  await other.getByLabel('Handle').fill('pia');
  await other.getByLabel('Password').fill(password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  for (const name of ['Old', 'New']) {
    await page.getByRole('button', { name: 'New group' }).click();
    const dialog = page.getByRole('dialog', { name: 'New group' });
    await dialog.getByLabel('Name', { exact: true }).fill(name);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('main').getByRole('heading', { name }).waitFor();
  }
  const titles = (window: Page) => window.getByRole('navigation').locator('.title').allTextContents();
  await expect.poll(() => titles(other)).toEqual(['New', 'Old']);
  await row(page, /Old/).click();
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  for (const window of [page, other]) await expect.poll(() => titles(window)).toEqual(['📌 Old', 'New']);
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  for (const window of [page, other]) {
    await window.getByText('Archived: 1').click();
    await expect.poll(() => titles(window)).toEqual(['New', '📌 Old']);
  }
  await page.getByRole('button', { name: 'Unarchive' }).click();
  await page.getByRole('button', { name: 'Unpin' }).click();
  for (const window of [page, other]) await expect.poll(() => titles(window)).toEqual(['New', 'Old']);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

/** Picks an action from the menu of the message with this text. */
async function choose(page: Page, text: string, choice: string): Promise<void> {
  const bubble = page
    .getByRole('log')
    .getByRole('article')
    .filter({ has: page.locator('.text').getByText(text, { exact: true }) });
  await bubble.hover();
  await bubble.getByLabel('Message actions').click();
  await bubble.getByRole('button', { name: choice, exact: true }).click();
}

test('a message can be replied to, reacted to, edited and deleted for everyone, both users see it, and a refusal shows its reason', async () => {
  const [lea, max] = [await signUp('lea'), await signUp('max')];
  await pick(lea, 'Find people', 'max');
  await say(lea, 'Tea or coffee?');
  await row(max, /lea/).click();
  await choose(max, 'Tea or coffee?', 'Reply');
  await say(max, 'Cofee');
  const quote = (page: Page) => page.getByRole('log').locator('.quote');
  for (const page of [lea, max]) await expect.poll(() => quote(page).textContent()).toBe('lea Tea or coffee?');

  await choose(max, 'Cofee', 'Edit');
  await max.getByRole('textbox', { name: 'Edited message' }).fill('Coffee');
  await max.getByRole('textbox', { name: 'Edited message' }).press('Enter');
  for (const page of [lea, max]) await expect.poll(() => shown(page)).toEqual(['Tea or coffee?', 'Coffee']);

  const heart = (page: Page) => page.getByRole('list', { name: 'Reactions' }).getByRole('button');
  await choose(lea, 'Coffee', '❤️');
  await max.getByRole('button', { name: '❤️ 1', pressed: false }).click();
  await expect.poll(() => heart(max).getAttribute('aria-pressed')).toBe('true');
  await lea.getByRole('button', { name: '❤️ 2', pressed: true }).click();
  for (const page of [lea, max]) await expect.poll(() => heart(page).textContent()).toBe('❤️ 1');

  await choose(lea, 'Tea or coffee?', 'Delete for everyone');
  for (const page of [lea, max]) await expect.poll(() => shown(page)).toEqual(['This message was deleted.', 'Coffee']);
  for (const page of [lea, max]) await expect.poll(() => quote(page).textContent()).toBe('lea Deleted message');

  await choose(max, 'Coffee', 'Edit');
  await max.getByRole('textbox', { name: 'Edited message' }).fill('x'.repeat(20_000));
  await max.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => max.getByRole('log').getByRole('alert').filter({ hasText: /./ }).textContent()).toMatch(/characters/);
  await max.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => shown(max)).toEqual(['This message was deleted.', 'Coffee']);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('users vote in a poll, both see the counts until it is closed, and a refused poll shows its reason', async () => {
  const [ida, jon] = [await signUp('ida'), await signUp('jon')];
  await pick(ida, 'Find people', 'jon');
  await ida.getByRole('button', { name: 'Poll' }).click();
  await ida.getByRole('textbox', { name: 'Question' }).fill('Tea or coffee?');
  await ida.getByRole('textbox', { name: 'Options' }).fill('Tea\n\nCoffee');
  await ida.getByRole('button', { name: 'Create poll' }).click();
  await row(jon, /ida/).click();
  const choices = (page: Page) => page.getByRole('list', { name: 'Options' }).getByRole('button').allTextContents();
  await jon.getByRole('button', { name: 'Coffee 0', pressed: false }).click();
  await ida.getByRole('button', { name: 'Tea 0', pressed: false }).click();
  for (const page of [ida, jon]) await expect.poll(() => choices(page)).toEqual(['Tea 1', 'Coffee 1']);
  await jon.getByRole('button', { name: 'Tea 1', pressed: false }).click();
  await jon.getByRole('button', { name: 'Tea 2', pressed: true }).waitFor();
  await jon.getByText('2 voters').waitFor();
  await choose(ida, 'Tea or coffee?', 'Close poll');
  for (const page of [ida, jon]) await page.getByText('2 voters · closed').waitFor();
  await expect.poll(() => jon.getByRole('button', { name: 'Tea 2' }).isDisabled()).toBe(true);
  // A poll that the server refuses stays on the page with the reason.
  await ida.getByRole('button', { name: 'Poll', exact: true }).click();
  await ida.getByRole('textbox', { name: 'Question' }).fill('With what?');
  await ida.getByRole('textbox', { name: 'Options' }).fill('Milk\nMilk');
  await ida.getByRole('button', { name: 'Create poll' }).click();
  const unsent = ida.getByRole('article', { name: 'You, not sent' });
  await unsent.getByText('Not sent: The options of a poll must be different').waitFor();
  expect(await unsent.locator('.text').textContent()).toBe('With what?\nMilk\nMilk');
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('on a narrow screen a poll with long words fits, and a closed poll is not dimmed', async () => {
  const [kai, lou] = [await signUp('kai'), await signUp('lou')];
  await pick(kai, 'Find people', 'lou');
  await kai.getByRole('button', { name: 'Poll' }).click();
  await kai.getByRole('textbox', { name: 'Question' }).fill('Which?');
  await kai.getByRole('textbox', { name: 'Options' }).fill(`${'Donaudampfschifffahrt'.repeat(4)}\n${'on and '.repeat(14)}`);
  await kai.getByRole('button', { name: 'Create poll' }).click();
  await row(lou, /kai/).click();
  for (const page of [kai, lou]) {
    await page.setViewportSize({ width: 320, height: 640 });
    const choices = page.getByRole('list', { name: 'Options' }).getByRole('button');
    await expect.poll(() => choices.count()).toBe(2);
    for (const choice of await choices.all()) {
      const { x = 0, width = 0 } = (await choice.boundingBox()) ?? {};
      expect(x + width).toBeLessThan(320);
      expect(await choice.evaluate((shown) => shown.scrollWidth - shown.clientWidth)).toBe(0);
    }
  }
  await choose(kai, 'Which?', 'Close poll');
  await lou.getByText('closed').waitFor();
  const first = lou.getByRole('list', { name: 'Options' }).getByRole('button').first();
  expect([await first.isDisabled(), await first.evaluate((shown) => getComputedStyle(shown).opacity)]).toEqual([true, '1']);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('a reply in a thread is in the thread and in the conversation for both users, and its root shows the number of replies', async () => {
  const [una, vic] = [await signUp('una'), await signUp('vic')];
  await pick(una, 'Find people', 'vic');
  await say(una, 'Where shall we eat?');
  await say(una, 'And when?');
  await row(vic, /una/).click();
  await choose(vic, 'Where shall we eat?', 'Reply in a thread');
  await vic.getByRole('heading', { name: 'A thread of una' }).waitFor();
  await say(vic, 'At the harbour');
  await una.getByRole('link', { name: '1 reply' }).click();
  await expect.poll(() => shown(una)).toEqual(['Where shall we eat?', 'At the harbour']);
  await say(una, 'Fish, then');
  for (const page of [una, vic]) await expect.poll(() => shown(page)).toEqual(['Where shall we eat?', 'At the harbour', 'Fish, then']);
  await vic.getByRole('link', { name: 'Back to the conversation' }).click();
  await expect.poll(() => shown(vic)).toEqual(['Where shall we eat?', 'And when?', 'At the harbour', 'Fish, then']);
  await vic.getByRole('link', { name: '2 replies' }).waitFor();
  // A reply links to its thread too.
  await vic.getByRole('link', { name: 'In a thread: Where shall we eat?' }).last().click();
  await expect.poll(() => shown(vic)).toEqual(['Where shall we eat?', 'At the harbour', 'Fish, then']);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('what a user has begun to write is there again after a look elsewhere and after a reload, in each place its own, until it is sent', async () => {
  const [liv, moe] = [await signUp('liv'), await signUp('moe')];
  const field = liv.getByRole('textbox', { name: 'Message' });
  await pick(liv, 'Find people', 'moe');
  await say(liv, 'Where were we?');
  await field.fill('Half a sen');
  await choose(liv, 'Where were we?', 'Reply in a thread');
  await liv.getByRole('heading', { name: 'A thread of moe' }).waitFor();
  expect(await field.inputValue()).toBe('');
  await field.fill('And half a re');
  await liv.reload();
  await expect.poll(() => field.inputValue()).toBe('And half a re');
  await field.press('p');
  expect(await field.inputValue()).toBe('And half a rep');
  await liv.getByRole('link', { name: 'Back to the conversation' }).click();
  await expect.poll(() => field.inputValue()).toBe('Half a sen');
  await say(liv, 'Half a sentence');
  await liv.reload();
  await expect.poll(() => shown(liv)).toEqual(['Where were we?', 'Half a sentence']);
  expect(await field.inputValue()).toBe('');
  // Nobody sees how much somebody else has not read.
  await expect.poll(() => moe.title()).toBe('(2) MPIM');
  await moe.getByRole('button', { name: 'Sign out' }).click();
  await expect.poll(() => moe.title()).toBe('MPIM');
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('an address of no conversation or thread, or a malformed one, shows that there is none, with a link back', async () => {
  const [wes] = [await signUp('wes'), await signUp('xia')];
  await pick(wes, 'Find people', 'xia');
  await say(wes, 'Note');
  const own = new URL(wes.url()).hash;
  for (const hash of ['#/nonsense', '#/%', '#/%E0%A4%A/thread/%']) {
    await wes.evaluate((to) => location.assign(to), hash);
    await wes.getByText('This conversation does not exist, or you are not a member.').waitFor();
  }
  for (const hash of [`${own}/thread/nonsense`, `${own}/thread/%`]) {
    await wes.evaluate((to) => location.assign(to), own);
    await wes.getByRole('textbox', { name: 'Message' }).waitFor();
    await wes.evaluate((to) => location.assign(to), hash);
    await wes.getByText('This thread does not exist, or you cannot see it.').waitFor();
    expect(await wes.getByRole('textbox', { name: 'Message' }).count()).toBe(0);
  }
  await wes.getByRole('link', { name: 'Back to the conversation' }).click();
  await expect.poll(() => shown(wes)).toEqual(['Note']);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('a new group shows who created it and who was added, and its messages and files are shown and found', async () => {
  const [cleo, dan] = [await signUp('cleo'), await signUp('dan')];
  await cleo.getByRole('button', { name: 'New group' }).click();
  const dialog = cleo.getByRole('dialog', { name: 'New group' });
  await dialog.getByLabel('Name', { exact: true }).fill('Walks');
  await pick(dialog, 'Add people', 'dan');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await row(dan, /Walks/).click();
  await say(dan, 'Where to?');
  const told = ['cleo created this group', 'cleo added dan', 'Where to?'];
  await expect.poll(() => shown(cleo)).toEqual(told);
  expect(await shown(dan)).toEqual(told);
  // The app cannot attach files itself.
  const { token } = await peopleOf(() => place.node.url).anotherDevice({ id: '', handle: 'dan', token: '', refreshToken: '' });
  const conversationId = decodeURIComponent(new URL(dan.url()).hash.slice('#/'.length));
  const dog = { url: 'https://files.example.org/dog.jpg', mediaType: 'image/jpeg', name: 'dog.jpg' };
  const input = { conversationId, clientMessageId: 'a dog', text: '', attachments: [dog, dog] };
  await ask(place.node.url, SendMessageDocument, { input }, token);
  await row(cleo, /dan: dog\.jpg/).waitFor();
  const file = cleo.getByRole('list', { name: 'Attached' }).getByRole('link');
  expect([await file.textContent(), await file.getAttribute('href')]).toEqual(['dog.jpg', dog.url]);
  const poll = { conversationId, clientMessageId: 'a poll', text: '', data: { type: 'poll', options: ['tea', 'coffee'] } };
  await ask(place.node.url, SendMessageDocument, { input: poll }, token);
  await cleo.getByText('This message is for another app.').waitFor();
  await cleo.getByText('2 members: cleo, dan').waitFor();
  // A message is found by the beginning of a word, and a file by its name.
  const found = cleo.getByRole('list', { name: 'Found messages' });
  for (const [search, hit] of [
    ['WHE', /Walks.*dan: Where to\?/],
    ['jpg', /Walks.*dan: dog\.jpg/],
  ] as const) {
    await cleo.getByRole('searchbox', { name: 'Search messages' }).fill(search);
    await found.getByRole('link', { name: hit }).waitFor();
    expect(await found.getByRole('link').count()).toBe(1);
  }
  await found.getByRole('link').click();
  await expect.poll(() => found.count()).toBe(0);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('a listed group is found by name and joined, and other groups are not found', async () => {
  const [rosa, tim] = [await signUp('rosa'), await signUp('tim')];
  for (const [name, isForAll] of [
    ['Gardeners of the north', true],
    ['Gardeners in private', false],
  ] as const) {
    await rosa.getByRole('button', { name: 'New group' }).click();
    const dialog = rosa.getByRole('dialog', { name: 'New group' });
    await dialog.getByLabel('Name', { exact: true }).fill(name);
    if (isForAll) await dialog.getByLabel('Everybody may find it').check();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await rosa.getByRole('main').getByRole('heading', { name }).waitFor();
  }
  await tim.getByRole('button', { name: 'Find groups' }).click();
  const directory = tim.getByRole('dialog', { name: 'Find groups' });
  await directory.getByLabel('Name of the group').fill('gard');
  const found = directory.getByRole('list', { name: 'Groups' }).getByRole('listitem');
  await expect.poll(() => found.allTextContents()).toEqual([expect.stringContaining('Gardeners of the north1 member')]);
  await directory.getByRole('button', { name: 'Join' }).click();
  await tim.getByRole('main').getByRole('heading', { name: 'Gardeners of the north' }).waitFor();
  expect(await directory.count()).toBe(0);
  await say(tim, 'Hello everybody');
  await row(rosa, /Gardeners of the north.*Hello everybody/).waitFor();
  await tim.getByRole('button', { name: 'Find groups' }).click();
  await directory.getByRole('button', { name: 'Open' }).waitFor();
  await directory.getByLabel('Name of the group').fill('nobody called it so');
  await directory.getByText('No groups found').waitFor();
  await directory.getByRole('button', { name: 'Close' }).click();
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('an old message is found, and shown in its place in the conversation', async () => {
  const people = peopleOf(() => place.node.url);
  const [ivy, jo] = await people.people('ivy', 'jo');
  const id = await people.group(jo, ivy);
  const texts = Array.from({ length: 130 }, (_, at) => (at === 7 ? 'the needle' : `hay ${at}`));
  await people.sayAll(jo, id, texts);
  const page = await place.open('/demo/');
  await page.getByLabel('Handle').fill(ivy.handle);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('searchbox', { name: 'Search messages' }).fill('needle');
  await page.getByRole('list', { name: 'Found messages' }).getByRole('link').click();
  const needle = page.getByRole('log').getByText('the needle');
  await needle.waitFor();
  await expect.poll(async () => isWithin(await needle.boundingBox(), await page.locator('.timeline').boundingBox())).toBe(true);
  // New messages are unread until the user is at the end, as after coming back from a thread.
  await people.say(jo, id, 'much later');
  await page.getByRole('img', { name: '1 unread' }).waitFor();
  await choose(page, 'the needle', 'Reply in a thread');
  await page.getByRole('link', { name: 'Back to the conversation' }).click();
  await page.getByRole('log').getByText('much later').waitFor();
  await page.getByRole('img', { name: '1 unread' }).waitFor({ state: 'detached' });
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('a refused sign-up shows the server’s message; a user stays signed in after a reload, and not after signing out', async () => {
  const eve = await signUp('eve');
  const other = await place.open('/demo/');
  await other.getByRole('button', { name: 'I am new here' }).click();
  await other.getByLabel('Handle').fill('eve');
  await other.getByLabel('Password').fill(password);
  await other.getByRole('button', { name: 'Sign up' }).click();
  await expect.poll(() => other.getByRole('alert').textContent()).toMatch(/taken/);
  await eve.reload();
  await eve.getByText('@eve').waitFor();
  await eve.getByRole('button', { name: 'Sign out' }).click();
  await eve.getByLabel('Handle').fill('eve');
  // A space belongs to a password.
  await eve.getByLabel('Password').fill(`${password} `);
  await eve.getByRole('button', { name: 'Sign in' }).click();
  await expect.poll(() => eve.getByRole('alert').textContent()).toMatch(/password/);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

/** Makes a tab’s access token expire, so that its next request is a refresh. */
async function endToken(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const storage of [sessionStorage, localStorage]) {
      for (const [name, text] of Object.entries(storage)) {
        if (!name.startsWith('tokens') && name !== 'signed in') continue;
        const past = new Date(Date.now() - 1_000).toISOString();
        storage.setItem(name, JSON.stringify({ ...JSON.parse(text), accessTokenExpiresAt: past }));
      }
    }
  });
  await page.reload();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

test('a duplicated tab and its copy stay signed in, whichever refreshes, and sign out together; a new tab is not signed in', async () => {
  const page = await signUpIn(await place.openAlone(`${place.node.url}/demo/`), 'kim');
  const [copy] = await Promise.all([page.context().waitForEvent('page'), page.evaluate(() => void window.open(location.href))]);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole('button', { name: 'Sign in' }).waitFor();
  // Twice, so that the other tab’s token is older than the server accepts as a retry.
  const used = new Set<string>();
  for (const tab of [page, page, copy, copy, page]) {
    await endToken(tab);
    used.add(await tab.evaluate(() => JSON.parse(sessionStorage.getItem('signed in') ?? '{}').refreshToken));
  }
  expect(used.size).toBe(5);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await copy.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('tokens')))).toEqual([]);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('if the browser’s storage is full, a user can sign up and stays signed in', async () => {
  const page = await place.openAlone(`${place.node.url}/demo/`);
  await page.evaluate(() => {
    for (let size = 2 ** 22; size >= 1; size /= 2) {
      try {
        for (;;) localStorage.setItem(`full ${size} ${localStorage.length}`, 'x'.repeat(size));
      } catch {
        // Continues with smaller pieces.
      }
    }
  });
  await signUpIn(page, 'zoe');
  const held = () => page.evaluate(() => sessionStorage.getItem('signed in'));
  const before = await held();
  await endToken(page);
  await expect.poll(held).not.toBe(before);
  await endToken(page);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('a bot is marked as one where it is found and in its messages', async () => {
  const page = await signUp('bea');
  const admin = async (...words: readonly string[]) => (await runAdmin(place.env, ...words)).output.trim();
  await admin('bots', 'create', 'helper', '--name', 'The Helper');
  const key = await admin('bots', 'key', 'helper', '--name', 'here');
  await page.getByRole('searchbox', { name: 'Find people' }).fill('helper');
  await page.getByRole('button', { name: '@helper, a bot' }).click();
  await page
    .getByRole('main')
    .getByText(/^a bot/)
    .waitFor();
  const bot = peopleOf(() => place.node.url);
  const { user } = await ask<{ user: { id: string } }, object>(place.node.url, parse('{ user(handle: "bea") { id } }'), {}, key);
  const helper = { id: '', handle: 'helper', token: key, refreshToken: '' };
  await bot.say(helper, await bot.group(helper, { ...helper, ...user }), 'Welcome!');
  await row(page, /The group/).click();
  await page.getByRole('article', { name: 'The Helper' }).getByText('(a bot)').waitFor();
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('a user who signs out during a refresh stays signed out', async () => {
  const page = await signUpIn(await place.openAlone(`${place.node.url}/demo/`), 'mia');
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('refreshToken(')) return route.continue();
    const response = await route.fetch();
    asked.resolve();
    await go.promise;
    return route.fulfill({ response });
  });
  await page.clock.setSystemTime(Date.now() + 86_400_000);
  await page.getByRole('searchbox', { name: 'Find people' }).fill('nobody');
  await asked.promise;
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.evaluate(() => {
    Storage.prototype.setItem = () => reportError(new Error('something was kept'));
  });
  const refreshed = page.waitForResponse((response) => response.request().postData()?.includes('refreshToken(') ?? false);
  go.resolve();
  await (await refreshed).finished();
  await page.evaluate(() => fetch('/health/live'));
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('while the server is down two users can go on writing, and once it is back all messages arrive, once and in order', async () => {
  const [fay, gus] = [await signUp('fay'), await signUp('gus')];
  await pick(fay, 'Find people', 'gus');
  await say(fay, 'one');
  await row(gus, /fay/).click();
  await expect.poll(() => shown(gus)).toEqual(['one']);
  await place.node.end('SIGKILL');
  await fay.getByText('No connection').waitFor();
  for (const text of ['two', 'three', 'four']) await say(fay, text);
  await expect.poll(() => fay.getByRole('article', { name: 'You, not sent yet' }).count()).toBe(3);
  await say(gus, 'and mine');
  await place.restart();
  // Browsers fire this when the network returns, so that nobody waits for the back-off.
  for (const page of [fay, gus]) await page.evaluate('dispatchEvent(new Event("online"))');
  await expect.poll(async () => (await shown(gus)).length, { timeout: 30_000 }).toBe(5);
  const said = await shown(gus);
  expect(said.filter((text) => text !== 'and mine')).toEqual(['one', 'two', 'three', 'four']);
  await expect.poll(() => shown(fay)).toEqual(said);
  await expect.poll(() => fay.getByRole('article', { name: /not sent/ }).count()).toBe(0);
  await expect.poll(() => fay.getByText('No connection').count()).toBe(0);
  await expect.poll(() => receipt(fay).getAttribute('aria-label')).toBe('read');
  await row(gus, /^online.*fay/).waitFor();
  // The browser reports each failed attempt.
  expect(misdeeds.faults.filter((text) => !/ERR_CONNECTION|WebSocket connection to/.test(text))).toEqual([]);
  expect(misdeeds.elsewhere).toEqual([]);
});

test('a node serves the app’s files as immutable, except the page that names them, and serves no other files', async () => {
  const page = await fetch(`${place.node.url}/demo`);
  const policy = page.headers.get('content-security-policy');
  expect([page.url, page.headers.get('cache-control'), policy]).toEqual([
    `${place.node.url}/demo/`,
    'no-cache',
    expect.not.stringContaining('unsafe'),
  ]);
  const [, script] = /<script[^>]+src="([^"]+)"/.exec(await page.text()) ?? [];
  const url = new URL(script ?? '', page.url);
  for (const method of ['GET', 'HEAD']) {
    const { status, headers } = await fetch(url, { method });
    expect([status, headers.get('content-type'), headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
      'nosniff',
    ]);
  }
  const refused = ['..%2fpackage.json', '..%2findex.html', 'assets/', 'stamp', 'index.html', '%', 'assets/..%5c..%5cindex.html'];
  const statuses = await Promise.all(refused.map(async (path) => (await fetch(`${place.node.url}/demo/${path}`)).status));
  expect([...statuses, (await fetch(url, { method: 'POST' })).status]).toEqual(Array(refused.length + 1).fill(404));
});
