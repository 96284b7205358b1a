import { describe, expect, it } from 'vitest';
import { freshKey } from '../group/talk-world.ts';
import { found, type SearchWorld } from './search-world.ts';

/** What matching words promises, on any database. */
export function promisesOfWords(world: () => SearchWorld): void {
  describe('a message is found', () => {
    it.each([
      ['by the beginning of any of its words', 'We meet at the station.', 'stat'],
      ['whatever the case', 'We meet at the STATION.', 'Station'],
      ['whatever the accents', 'Wir treffen uns früh, Señor.', 'fruh senor'],
      ['with accents where it has none', 'Wir treffen uns fruh.', 'früh'],
      ['by ss for ß', 'Viele Grüße', 'grüsse'],
      ['by several words, in any order', 'We meet at the station.', 'station we'],
      ['by a word and its own beginning', 'station', 's station'],
      ['by what a full stop was pasted with', 'We meet at the station!', 'the station.'],
      ['by a word after what joins it to another', 'see www.example.com/report-final', 'example final'],
      ['by joined words', 'see report-final', 'report-final'],
      ['by a word after an apostrophe', 'I don’t know', "don't"],
      ['by digits', 'room 4711', '471'],
      ['by any letter of a script without spaces', '明日の朝、駅で会って報告書を見ましょう', '報告書'],
      ['by what stands in it with a space', '田中 太郎です', '田中太郎'],
      ['by two such words in one', '田中太郎です', '太郎 田中'],
      ['by the first letters of a Hangul syllable', '내일 역에서 만나요', '만나ㅇ'],
      ['by half-width and full-width forms', 'ﾊﾟﾘ で ＡＢＣ', 'パリ abc'],
      ['by Thai in the midst of a sentence', 'พบกันที่สถานีพรุ่งนี้', 'สถานี'],
      ['by a word beside kanji and kana', '明日Zoomで会う', 'zoom'],
      ['by a word between kana', '今日はReactを勉強', 'React'],
      ['by a number after kana', '会議は10時から', '10'],
      ['by a number and its sign after another', '2024年5月', '5月'],
      ['by a number between kanji', '第4711号', '4711'],
      ['by a word between Thai letters', 'ไปZoomกัน', 'zoom'],
      ['by a word after Thai vowels', 'ที่Zoom', 'zoom'],
      ['by a word after kanji', '東京abc', 'abc'],
      ['by a word after a syllable of Hangul', '서울Zoom', 'zoom'],
      ['by a word after a long vowel', 'サーバーReact', 'react'],
      ['by a word after a letter beyond the first plane', '𠮷Zoom', 'zoom'],
      ['by Cyrillic after kanji', '会議в10', 'в10'],
      ['by ss for a capital ß', 'STRAẞE', 'strasse'],
      ['by ß for its capital', 'STRAẞE', 'Straße'],
      ['by a capital ß for ss', 'Hauptstrasse und Strasse', 'STRAẞE'],
      ['by a word in which a soft hyphen stands', 'Donau\u00addampf\u00adschiff', 'donaudampf'],
      ['by a word with a joiner that is not seen', 'می‌خواهم', 'میخواهم'],
      ['with such a joiner where there is none', 'میخواهم', 'می‌خواهم'],
      ['with marks of direction', '\u200eabc\u202cdef', 'abcdef'],
      ['by what a space without width parts', 'ab\u200bcd', 'cd'],
      ['by a hyphen as books have it', 'see report‐final and a‑b', 'report-final a-b'],
      ['by a hyphen that does not break', 'see a-b', 'a‑b'],
      ['without its vowel signs', 'हिन्दी', 'हन'],
      ['by an emoji', 'See you there🎉!', '🎉'],
      ['by several emojis, in any order', '🎉 and 🥳🎂', '🎂🥳🎉'],
      ['by an emoji and a word', 'See you there 🎉', 'you 🎉'],
      ['by an emoji with its skin', 'Yes 👍👍🏽', '👍🏽'],
      ['by an emoji beside the same in another skin', 'Yes 👍🏽👍', '👍'],
      ['by a family', 'We 👨‍👩‍👧 meet', '👨‍👩‍👧'],
      ['by a flag', 'We 🇪🇺🇩🇪 meet', '🇩🇪'],
      ['by a keycap', 'Press 5️⃣', '5️⃣'],
      ['by a keycap after a number', 'Floor 15️⃣', '5️⃣'],
      ['by a sign that is two letters to others, after a word', 'From Acme™', '™'],
      ['by an emoji that is a letter by itself, between words', 'Read theℹ️first', 'ℹ️'],
      ['by an emoji before what is joined to it', 'We 🎉‍👩', '🎉‍👩'],
      ['by a heart as some keyboards send it', 'With ❤️', '❤'],
      ['by a heart where the message was written so', 'With ❤', '❤️'],
      ['in Cyrillic', 'Давайте встретимся завтра', 'ВСТРЕТ'],
      ['whatever else is in it', 'a\tb\nneedle\u{1f600} c', 'needle'],
      ['where control characters and halves of letters were typed', 'We meet.', 'we\u0000\ud800 meet\u001b'],
    ])('%s', async (_how, text, search) => {
      const [ada, bob] = await world().people();
      const conversationId = await world().group(ada, bob);
      await world().sayAll(ada, conversationId, ['something else', text]);
      expect(await found(world().searching(), bob, { search, conversationId })).toEqual([text]);
      expect(await found(world().searching(), bob, search)).toEqual([text]);
    });

    it('by the names and descriptions of its attachments, each word where it is', async () => {
      const [ada, bob] = await world().people();
      const conversationId = await world().group(ada, bob);
      await world().attach(ada, conversationId, { name: 'Übersicht.final.pdf', alt: 'Die neuen Zahlen' });
      for (const search of ['übersicht', 'FINAL', 'pdf', 'zahlen uber']) {
        expect(await found(world().searching(), bob, { search, conversationId })).toEqual(['Übersicht.final.pdf']);
      }
      for (const search of ['files', 'https', 'image', 'png']) {
        expect(await found(world().searching(), bob, { search, conversationId })).toEqual([]);
      }
    });

    it('as a reply in a thread, and as a forward', async () => {
      const [ada, bob] = await world().people();
      const [conversationId, other] = [await world().group(ada, bob), await world().group(ada, bob)];
      const root = await world().say(ada, conversationId, 'the root');
      await world().messages.send(ada, {
        conversationId,
        clientMessageId: freshKey(),
        replyTo: root,
        threadRoot: root,
        text: 'needle in a reply',
      });
      const said = await world().say(ada, conversationId, 'needle to hand on');
      await world().messages.forward(ada, { message: said, conversationId: other, clientMessageId: freshKey() });
      expect(await found(world().searching(), bob, { search: 'needle', conversationId })).toHaveLength(2);
      expect(await found(world().searching(), bob, { search: 'needle', conversationId: other })).toEqual(['needle to hand on']);
    });
  });

  describe('a message is not found', () => {
    it.each([
      ['by what stands in the midst of a word', 'We meet at the station.', 'tation'],
      ['by what follows letters of its own script, or digits', '会議Zoomabc 42abc', 'abc'],
      ['by a number in the midst of one', '第14711号', '4711'],
      ['where one of the words is missing', 'We meet at the station.', 'station tomorrow'],
      ['by what is joined otherwise', 'report final', 'report-final'],
      ['by nothing', 'We meet.', ''],
      ['by blanks and signs', 'We meet - perhaps.', ' - . \n'],
      ['by signs that are no emoji', 'We → meet ☐ “now”', '→ ☐ “”'],
      ['by an emoji of another skin', 'Yes 👍🏽', '👍'],
      ['by somebody of a family', 'We 👨‍👩‍👧 meet', '👩'],
      ['by a flag that two others make', '🇪🇩🇪🇺', '🇩🇪'],
      ['by an emoji that is missing', 'We meet 🎉', '🎉 🥳'],
      ['by an emoji where the word is missing', 'We meet 🎉', 'party 🎉'],
      ['by a word where the emoji is missing', 'We meet', 'meet 🎉'],
      ['by control characters', 'We meet.', '\u0000'],
    ])('%s', async (_how, text, search) => {
      const ada = await world().person();
      const conversationId = await world().group(ada);
      await world().say(ada, conversationId, text);
      expect(await world().searching().messages(ada, { search, conversationId, first: 5 })).toEqual({
        items: [],
        endKey: null,
        hasPreviousPage: false,
      });
    });
  });
}
