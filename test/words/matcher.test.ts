import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fold } from '../../src/words/fold.ts';
import { mask } from '../../src/words/mask.ts';
import { type ActiveList, createMatcher, foldWord } from '../../src/words/matcher.ts';
import { cpuMsOf } from '../support/bound.ts';

function list(words: readonly string[], { name = 'list', wholeWords = false, action = 'MASK' as const } = {}): ActiveList {
  return { name, action, wholeWords, words };
}

/** Masks what is found in a text. */
function masked(text: string, ...lists: readonly ActiveList[]): string {
  return mask(text, createMatcher(lists)(text));
}

describe('a listed word', () => {
  const anywhere = list([
    'badger',
    'straße',
    'λόγος',
    'ёлка',
    'ばか',
    'ガ',
    '가',
    '敏感词',
    'حرب',
    'हिंसा',
    'two words',
    'İstanbul',
    '👩‍🚀',
  ]);

  test.each([
    ['as it is', 'a badger!', 'a ******!'],
    ['in capitals', 'BADGER', '******'],
    ['inside another', 'badgering', '******ing'],
    ['with accents', 'b\u00e0dg\u0113r ba\u0300dge\u0304r', '****** ******'],
    ['under a heap of marks', `b${'\u0336\u0321\u0315'.repeat(20)}adger`, '******'],
    ['under thousands of marks', `b${'\u0f81'.repeat(8_000)}ad${'\u0301'.repeat(8_000)}ger`, '******'],
    ['whose last vowel has thousands of marks behind it', `हिंसा${'\u0301'.repeat(8_000)}`, '**'],
    ['in full width', 'ｂａｄｇｅｒ', '******'],
    ['in letters of mathematics', '𝓫𝓪𝓭𝓰𝓮𝓻 𝐱', '****** 𝐱'],
    ['in circles', 'ⓑⓐⓓⓖⓔⓡ', '******'],
    ['with soft hyphens', 'bad\u00adger', '***\u00ad***'],
    ['with what has no width', 'b\u200ba\u2060d\ufeffger', '*\u200b*\u2060*\ufeff***'],
    ['with joiners', 'bad\u200dg\u200cer', '******'],
    ['with directions', '\u202ebad\u202cger', '\u202e***\u202c***'],
    ['with ß as ss', 'STRASSE strasse Straße', '******* ******* ******'],
    ['with any sigma and any accent', 'ΛΟΓΟΣ λόγοσ', '***** *****'],
    ['with ё as е', 'елка ЁЛКА', '**** ****'],
    ['with a dotted capital I', 'ISTANBUL istanbul', '******** ********'],
    ['in half-width kana', 'ｶﾞ ガ', '* *'],
    ['in kana that is taken apart', 'か\u3099 ば は\u3099か', 'か\u3099 ば **'],
    ['in Hangul that is taken apart', '\u1100\u1161 가', '* *'],
    ['without spaces around', '这是敏感词啊', '这是***啊'],
    ['with vowel signs', 'حَرْبٌ', '***'],
    ['with a lengthened letter', 'حـــرب', '******'],
    ['in an Indic script', 'हिंसा', '**'],
    ['over any space', 'two\n\t words two\u00a0words two\u3000words', '***\n\t ***** ***\u00a0***** ***\u3000*****'],
    ['as a picture', 'a 👩‍🚀 b', 'a * b'],
    ['as a picture in another colour', 'a 👩🏽‍🚀 b', 'a * b'],
    ['with a colour that pictures have', 'badger\u{1f3fb} bad\u{1f3ff}ger 敏感词\u{1f3fb}', '****** ****** ***'],
    ['with marks of other scripts', 'badger\u0941 b\u3099adger 敏感词\u3099 ёлка\u0e34 가\u0941', '****** ****** *** **** *'],
    ['with a mark of nothing that is seen', 'badger\u200b\u0941', '******\u200b\u0941'],
    ['twice, one in the other', 'badgerbadger', '************'],
  ])('is found %s', (_how, text, expected) => {
    expect(masked(text, anywhere)).toBe(expected);
  });

  test.each([
    ['other kana', 'はか バガは は゛'],
    ['another syllable', '각 갸'],
    ['spaced out', '敏 感 词 b a d g e r'],
    ['other letters that look alike', 'bаdger'],
    ['a part', 'badge'],
    ['another picture', '👩 🚀'],
  ])('is not found in %s', (_what, text) => {
    expect(masked(text, list(['badger', 'ばか', 'カ', '가', '敏感词', '👩‍🚀']))).toBe(text);
  });

  test.each([
    ['alone', 'an ass', 'an ***'],
    ['between signs', '(ass), "Ass".', '(***), "***".'],
    ['by an underscore, as in handles', 'ass_1', '***_1'],
    ['inside another', 'class asses glassy', 'class asses glassy'],
    ['by a digit', 'ass1', 'ass1'],
    ['by letters of another script that parts its words', 'assы', 'assы'],
    ['by an accent that is a letter’s', 'assé ass\u0301', 'assé ***'],
    ['by what is invisible', 'cl\u200bass', 'cl\u200bass'],
    ['by letters of a script that does not', '大ass大', '大***大'],
    ['in such a script', '黑猫子', '黑*子'],
    ['beside a picture', '😀ass😀', '😀***😀'],
    ['as several words', 'hot dogs, hot dog', 'hot dogs, *** ***'],
  ])('that is matched as a whole word only: %s', (_where, text, expected) => {
    expect(masked(text, list(['ass', '猫', 'hot dog'], { wholeWords: true }))).toBe(expected);
  });

  it('of letters that are one character in the text is found, and the character is masked', () => {
    expect(masked('oﬀer', list(['of']))).toBe('**er');
    expect(masked('ﷺ', list(['صلى']))).toBe('*');
  });

  it('is reported for each list that has it, as the list spells it', () => {
    const lists = [list(['Badger', 'badg'], { name: 'one' }), list(['BADGER'], { name: 'two' })];
    const found = createMatcher(lists)('a bàdger').map(({ list: of, word, start, end }) => [of, word, start, end]);
    expect(new Set(found.map(String))).toEqual(new Set(['one,Badger,2,8', 'one,badg,2,6', 'two,BADGER,2,8']));
  });

  it('without any visible letter is never found', () => {
    expect(masked('a \u200b b', list(['\u200b', ' ', '\u0301']))).toBe('a \u200b b');
  });

  it('is looked for fast in a long text, however many words there are', async () => {
    const words = Array.from({ length: 50_000 }, (_, at) => `word${at.toString(36)}`);
    const matcher = createMatcher([list(words, { wholeWords: true })]);
    const text = 'nothing of it is here, 別に何もない. '.repeat(400);
    // Takes some 5 ms: only another order of growth would exceed the limit.
    expect(await cpuMsOf(() => expect(matcher(text)).toEqual([]))).toBeLessThan(1_000);
  });
});

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The characters as readers see them, with their positions. */
function graphemes(text: string): readonly { readonly segment: string; readonly index: number }[] {
  return [...characters.segment(text)];
}

/** All parts of a text that fold to a word and have nothing invisible at their ends, with their positions. Slow and simple. */
function naively(text: string, words: readonly string[], wholeWords: boolean): ReadonlySet<string> {
  const all = graphemes(text);
  const wanted = new Set(words.map(foldWord));
  const isSeen = (segment: string) => fold(segment).text !== '';
  const found = new Set<string>();
  for (const [from, first] of all.entries()) {
    for (const last of all.slice(from)) {
      const end = last.index + last.segment.length;
      if (!isSeen(first.segment) || !isSeen(last.segment)) continue;
      const folded = fold(text.slice(first.index, end)).text;
      if (!wanted.has(folded) || (wholeWords && isTorn(text, first.index, end))) continue;
      found.add(`${first.index}-${end} ${folded}`);
    }
  }
  return found;
}

function isTorn(text: string, start: number, end: number): boolean {
  const inside = fold(text.slice(start, end)).text;
  const joins = (one: string | undefined, other: string | undefined) =>
    [one, other].every(
      (letter) =>
        /^[\p{L}\p{N}\p{M}]$/u.test(letter ?? '') && !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(letter ?? ''),
    );
  const [before, after] = [[...fold(text.slice(0, start)).text].at(-1), [...fold(text.slice(end)).text][0]];
  return joins(before, [...inside][0]) || joins([...inside].at(-1), after);
}

/** Letters that fold to one letter each. Letters that fold to several can be found in part. */
const letters = [
  ...['a', 'A', 'ａ', 'á', 'a\u0301', '𝓪', 'b', 'B', 'ⓑ', 'c', 'ç', 'σ', 'ς', 'Σ', 'е', 'ё', 'Ё'],
  ...['か', 'が', 'か\u3099', 'ｶ', 'ｶﾞ', '가', '\u1100\u1161', '각', '大', '猫', '😀', '👩‍🚀', '1', '१', '_'],
  ...[' ', '  ', '\n', '\u3000', '.', '-', '\u200b', '\u200d', '\u00ad', '\ufe0f', '\u0336', '\u{1f3fb}', '\u0941'],
];
// Any emoji can be joined, and are one character then. A listed one is found in it nevertheless, and masked alone.
const isJoined = (written: string) => /\u200d😀/u.test(written.replaceAll('👩‍🚀', '😀'));
const text = fc
  .array(fc.constantFrom(...letters), { maxLength: 24 })
  .map((parts) => parts.join(''))
  .filter((written) => !isJoined(written));
const word = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const words = fc.array(word, { minLength: 1, maxLength: 12 }).map((all) => all.filter((one) => foldWord(one) !== ''));

describe('any text with any list', () => {
  it('has the same matches as a search of every part of it', () => {
    fc.assert(
      fc.property(text, words, fc.boolean(), (written, listed, wholeWords) => {
        const hits = createMatcher([list(listed, { wholeWords })])(written);
        const found = new Set(hits.map(({ start, end, word: hit }) => `${start}-${end} ${foldWord(hit)}`));
        expect(found).toEqual(naively(written, listed, wholeWords));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is masked character by character, and the rest stays as written', () => {
    fc.assert(
      fc.property(text, words, (written, listed) => {
        const hits = createMatcher([list(listed)])(written);
        const expected = graphemes(written).map(({ segment, index }) => {
          const isHit = hits.some(({ start, end }) => start <= index && index < end);
          return isHit && /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(segment) ? '*' : segment;
        });
        expect(mask(written, hits)).toBe(expected.join(''));
      }),
      { numRuns: 1_000 },
    );
  });

  it('has no matches left once it is masked', () => {
    fc.assert(
      fc.property(text, words, (written, listed) => {
        const matcher = createMatcher([list(listed)]);
        expect(matcher(mask(written, matcher(written)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
