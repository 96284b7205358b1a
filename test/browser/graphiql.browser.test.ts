import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
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
  const page = await (await place.browser.newContext()).newPage();
  await page.goto(place.node.url);
  expect(await page.locator('code').allTextContents()).toEqual(
    expect.arrayContaining([`${place.node.url}/graphql`, `${place.node.url.replace('http', 'ws')}/graphql`]),
  );
  await page.getByRole('link', { name: 'GraphiQL' }).click();
  await page.locator('.graphiql-execute-button').waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'The demo app' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});
