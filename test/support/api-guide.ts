import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the API guide. */
export const guideFolder = join(import.meta.dirname, '../../docs/api');

/** A page of the API guide, with its file name. */
export interface GuidePage {
  readonly name: string;
  readonly text: string;
}

function pageOf(name: string): GuidePage {
  return { name, text: readFileSync(join(guideFolder, name), 'utf8') };
}

const start = pageOf('README.md');

/** The API guide in the order in which its first page lists the pages. In this order, each sample only uses what comes before it. */
export const guide: readonly GuidePage[] = [
  start,
  ...[...start.text.matchAll(/^\d+\. \[[^\]]+\]\(([\w-]+\.md)\)/gm)].map(([, name = '']) => pageOf(name)),
];

/** Returns the text of a page. Throws if there is no such page. */
export function guidePage(name: string): string {
  const page = guide.find((one) => one.name === name);
  if (page === undefined) throw new Error(`the API guide has no page ${name}`);
  return page.text;
}

/** Returns the text below a heading of a page, up to the next heading of the same level. Throws if there is no such heading. */
export function guideSection(name: string, heading: string): string {
  const [, section] = guidePage(name).split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`${name} has no heading ${heading}`);
  return section.split('\n## ')[0] ?? '';
}
