import { randomBytes } from 'node:crypto';
import { createMatcher } from '../../src/words/matcher.ts';

// The cost of checking a message against the lists of blocked words: time of the node's main thread, which does nothing else meanwhile.

// Seeded, so that two runs compare the same: mulberry32.
let state = 7;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

function letters(alphabet: string, least: number, most: number): string {
  const all = [...alphabet];
  return Array.from({ length: least + Math.floor(random() * (most - least + 1)) }, () => all[Math.floor(random() * all.length)]).join('');
}

function print(cells: readonly string[]): void {
  process.stdout.write(`${cells.join('\t')}\n`);
}

const latin = 'abcdefghijklmnopqrstuvwxyz';
const accented = `${latin}àéîõüçñßœø`;
const han = Array.from({ length: 3_000 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('');

/** Texts of about so many characters. */
function texts(alphabet: string, length: number): readonly string[] {
  return Array.from({ length: 500 }, () => {
    let text = '';
    while (text.length < length) text += `${letters(alphabet, 1, 10)} `;
    return text;
  });
}

const messages = {
  'ASCII, 80 characters': texts(latin, 80),
  'Latin with accents, 80': texts(accented, 80),
  'Chinese, 80': texts(han, 80),
  'ASCII, 8,000': texts(latin, 8_000).slice(0, 20),
};

print(['words', 'taken up in ms', ...Object.keys(messages)]);
for (const count of [0, 100, 10_000, 50_000]) {
  // Random endings, so that no word is in the texts by accident: the cost grows with the number of matches.
  const words = Array.from({ length: count }, (_, at) =>
    at % 4 === 0 ? letters(han, 3, 5) : `${letters(accented, 4, 10)}${randomBytes(2).toString('hex')}`,
  );
  const begun = performance.now();
  const matcher = createMatcher([{ name: 'list', action: 'MASK', wholeWords: true, words }]);
  const takenUp = performance.now() - begun;
  const costs = Object.values(messages).map((all) => {
    for (const text of all) matcher(text);
    const rounds = 10;
    const start = performance.now();
    for (let round = 0; round < rounds; round += 1) for (const text of all) matcher(text);
    return ((performance.now() - start) * 1_000) / (rounds * all.length);
  });
  print([String(count), takenUp.toFixed(0), ...costs.map((us) => `${us.toFixed(1)} µs`)]);
}
