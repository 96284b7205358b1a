import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the pages of the API guide are. */
export const guideFolder = join(import.meta.dirname, '../../docs/api');

/** A page of the API guide, by the name of its file. */
export interface GuidePage {
  readonly name: string;
  readonly text: string;
}

function pageOf(name: string): GuidePage {
  return { name, text: readFileSync(join(guideFolder, name), 'utf8') };
}

const start = pageOf('README.md');

/** The API guide in the order in which its first page lists the others: read so, each sample takes only what stands before it. */
export const guide: readonly GuidePage[] = [
  start,
  ...[...start.text.matchAll(/^\d+\. \[[^\]]+\]\(([\w-]+\.md)\)/gm)].map(([, name = '']) => pageOf(name)),
];

/** The text of a page of the guide. Throws where it has none of this name. */
export function guidePage(name: string): string {
  const page = guide.find((one) => one.name === name);
  if (page === undefined) throw new Error(`the API guide has no page ${name}`);
  return page.text;
}

/** What stands below a heading of a page, up to the next one that is as high. Throws where there is no such heading. */
export function guideSection(name: string, heading: string): string {
  const [, section] = guidePage(name).split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`${name} has no heading ${heading}`);
  return section.split('\n## ')[0] ?? '';
}
