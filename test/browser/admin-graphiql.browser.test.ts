import { expect, test, vi } from 'vitest';
import { runAdmin } from '../support/admin-command.ts';
import { startNodeProcess } from '../support/node-process.ts';
import { embeddedStores } from '../support/stores.ts';
import { peopleOf } from '../support/world.ts';
import { type Misdeeds, openWindow, startBrowser } from './window.ts';

test('the operators’ GraphiQL, given an admin’s access token, shows their schema, and its prepared tabs run', async () => {
  await using stores = await embeddedStores();
  await using node = await startNodeProcess(stores.env);
  const { people, anotherDevice } = peopleOf(() => node.url);
  const [ann] = await people('ann');
  await runAdmin(stores.env, 'grant', ann.handle);
  const { token } = await anotherDevice(ann);
  const browser = await startBrowser();
  await using _browser = { [Symbol.asyncDispose]: () => browser.close() };
  const misdeeds: Misdeeds = { elsewhere: [], faults: [] };
  const page = await openWindow(browser, node.adminUrl, misdeeds);
  const response = async (): Promise<string> => {
    const lines = await page.locator('.graphiql-response .view-line').allTextContents();
    return lines.join('').replaceAll(/\s/g, '');
  };

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
