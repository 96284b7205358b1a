import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { runAdmin } from '../support/admin-command.ts';
import { peopleOf } from '../support/world.ts';
import { browserPlace } from './window.ts';

const place = browserPlace();
const { misdeeds } = place;

/** Opens GraphiQL in a window of its own. */
async function openWindow(): Promise<Page> {
  const page = await place.open('/graphql');
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  return page;
}

/** The text that an editor shows, without white space: the editor breaks lines and uses no-break spaces as it likes. */
async function textOf(page: Page, pane: 'query' | 'response'): Promise<string> {
  const lines = await page.locator(`.graphiql-${pane === 'query' ? 'query-editor' : 'response'} .view-line`).allTextContents();
  return lines.join('').replaceAll(/\s/g, '');
}

async function openTab(page: Page, name: string): Promise<void> {
  await page.locator('.graphiql-tab-button', { hasText: name }).click();
  await page.locator('.graphiql-tab-active', { hasText: name }).waitFor();
  // GraphiQL takes a moment to notice which operation it shows, and then writes the document to the address.
  await expect.poll(() => new URL(page.url()).searchParams.get('query')).toMatch(new RegExp(`(mutation|query|subscription) ${name}`));
}

/** Runs the open tab until the response matches. */
async function run(page: Page, expected: RegExp): Promise<void> {
  await page.locator('.graphiql-execute-button').click();
  await expect.poll(() => textOf(page, 'response')).toMatch(expected);
}

/** Replaces a text in the open tab’s document as a person does: selects it with a double click and types. */
async function replace(page: Page, text: string, by: string): Promise<void> {
  await page.locator('.graphiql-query-editor .view-line span span', { hasText: text }).last().dblclick();
  await page.keyboard.type(by);
  await expect.poll(() => textOf(page, 'query')).toContain(`"${by}"`);
}

test('the prepared tabs sign up, open a conversation and send, and the watching tab resumes and shows the message', async () => {
  const ada = await openWindow();
  await openTab(ada, 'SignUp');
  await run(ada, /"handle":"ada".*"errors":\[\]/);
  await openTab(ada, 'Watch');
  await run(ada, /"StreamReady"/);
  await openTab(ada, 'Find');
  await run(ada, /"displayName":"ada"/);
  await openTab(ada, 'Open');
  await run(ada, /"conversationId":"[\w-]+".*"errors":\[\]/);
  await openTab(ada, 'Send');
  await run(ada, /"text":"Hello".*"errors":\[\]/);
  await openTab(ada, 'Watch');
  // The tab shows the old StreamReady until the new one comes, with the events before it.
  await run(ada, /"StreamReady".*"text":"Hello","sender":\{"handle":"ada"\}/);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('a message that is sent in one window arrives live in another', async () => {
  const [ben, cleo] = [await openWindow(), await openWindow()];
  await openTab(ben, 'SignUp');
  await replace(ben, 'ada', 'ben');
  await run(ben, /"handle":"ben".*"errors":\[\]/);
  await openTab(ben, 'Watch');
  await run(ben, /"StreamReady"/);
  await openTab(cleo, 'SignUp');
  await replace(cleo, 'ada', 'cleo');
  await run(cleo, /"handle":"cleo".*"errors":\[\]/);
  await openTab(cleo, 'Find');
  await replace(cleo, 'ada', 'ben');
  await run(cleo, /"displayName":"ben"/);
  await openTab(cleo, 'Open');
  await run(cleo, /"conversationId":"[\w-]+".*"errors":\[\]/);
  await openTab(cleo, 'Send');
  await run(cleo, /"text":"Hello".*"errors":\[\]/);
  await expect.poll(() => textOf(ben, 'response')).toMatch(/"text":"Hello","sender":\{"handle":"cleo"\}/);
  expect(misdeeds).toEqual({ elsewhere: [], faults: [] });
});

test('the landing page links to GraphiQL and to the demo app, and shows the addresses as the browser has them', async () => {
  const page = await place.open('/');
  expect(await page.locator('code').allTextContents()).toEqual(
    expect.arrayContaining([`${place.node.url}/graphql`, `${place.node.url.replace('http', 'ws')}/graphql`]),
  );
  await page.getByRole('link', { name: 'GraphiQL' }).click();
  await page.locator('.graphiql-execute-button').waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'The demo app' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});

test('the operators’ GraphiQL, given an admin’s access token, shows their schema, and its prepared tabs run', async () => {
  const { people, anotherDevice } = peopleOf(() => place.node.url);
  const [ann] = await people('ann');
  await runAdmin(place.env, 'grant', ann.handle);
  const { token } = await anotherDevice(ann);
  const page = await place.openAlone(place.node.adminUrl);
  const response = () => textOf(page, 'response');
  await page.locator('.graphiql-execute-button').waitFor();
  // The placeholder in the header signs nobody in.
  await expect.poll(response).toContain('UNAUTHENTICATED');
  await page.locator('button', { hasText: /^Headers$/ }).click();
  const editor = page.locator('.graphiql-editor-tool .view-line');
  const header = editor.locator('span span', { hasText: 'ACCESS_TOKEN' }).last();
  // The editor that has just opened may still move: at the word’s old place there may be nothing or another word.
  await vi.waitFor(
    async () => {
      const { width = 0, height = 0 } = (await header.boundingBox()) ?? {};
      // In the second half of “"Bearer ACCESS_TOKEN"”.
      await header.dblclick({ position: { x: width * 0.75, y: height / 2 }, timeout: 1_000 });
      await page.keyboard.insertText(token);
      const lines = (await editor.allTextContents()).join('').replaceAll(/\s/g, '');
      if (lines.includes(`"Bearer${token}"`)) return;
      await page.keyboard.press('Control+z');
      throw new Error(`the header is ${lines}`);
    },
    { timeout: 15_000, interval: 500 },
  );
  await page.locator('button[aria-label="Show Documentation Explorer"]').click();
  // GraphiQL takes a moment to notice the new header.
  await vi.waitFor(
    async () => {
      await page.locator('button[aria-label^="Re-fetch GraphQL schema"]').click();
      await expect.poll(() => page.locator('.graphiql-doc-explorer').textContent(), { timeout: 5_000 }).toContain('DrainNodeInput');
    },
    { timeout: 20_000, interval: 500 },
  );
  await page.locator('.graphiql-execute-button').click();
  await expect.poll(response).toMatch(/"name":"logLevel","value":"warn"/);
  // The other tabs use the same header.
  await page.locator('.graphiql-tab-button', { hasText: 'Nodes' }).click();
  await page.locator('.graphiql-tab-active', { hasText: 'Nodes' }).waitFor();
  // GraphiQL takes a moment to notice which operation it shows, and then writes the document to the address.
  await expect.poll(() => new URL(page.url()).searchParams.get('query')).toContain('query Nodes');
  await page.locator('.graphiql-execute-button').click();
  await expect.poll(response).toMatch(/"nodes":\[\{"id":.*"state":"READY"/);
  expect(misdeeds.elsewhere).toEqual([]);
});
