import { createHmac, randomUUID } from 'node:crypto';
import { audience, backend } from '../support/issuer.ts';
import { password } from '../support/people.ts';
import type { Chance } from './chance.ts';
import type { KnownValues } from './known-values.ts';

// Plausible values for an input, derived from its name.

type Pattern = readonly [name: RegExp, kinds: readonly string[]];

const idPatterns: readonly Pattern[] = [
  [/^(user|sender|actor)Id$|^(user|member|mention|recipient)Ids$|^to$/, ['User']],
  [/^(conversation|group)Id$/, ['Conversation']],
  [/^streamId$/, ['Conversation', 'User', 'Server']],
  [/^(message|replyTo|around)Id$/, ['Message']],
  [/^threadRootId$/, ['Message']],
  [/^optionIds$/, ['PollOption']],
  [/^scheduledMessageId$/, ['ScheduledMessage']],
  [/^draftId$/, ['Draft']],
  [/^(session|key)Id$/, ['Session']],
  [/^contactId$/, ['Contact']],
  [/^inviteId$/, ['GroupInvite']],
  [/^requestId$/, ['ContactRequest', 'JoinRequest']],
  [/^webhookId$/, ['Webhook']],
  [/^itemId$|^moderationItem\.id$/, ['ModerationItem']],
  [/Job\w*\.id$/, ['Job']],
  [/Notice\w*\.id$/, ['Notice']],
  [/^conversation\.id$|^group(Preview)?\.id$/, ['Conversation']],
];

/** Returns the kinds of ids that an input of this name takes. Undefined if it takes any, or an id that the client generates. */
export function kindsFor(name: string): readonly string[] | undefined {
  return idPatterns.find(([pattern]) => pattern.test(name))?.[1];
}

/** Texts and names. */
export const sayings: readonly string[] = [
  'hello',
  'Said in the group, with words to be found.',
  'a',
  'ok 👍',
  '@somebody look',
  'Zwei\nZeilen',
  'badger',
  '你好，世界',
  // Texts that databases compare, fold, trim or truncate differently.
  'hello ',
  ' hello',
  'HELLO',
  'héllo',
  'he\u0301llo',
  'straße',
  'STRASSE',
  'İstanbul ıspanak',
  'かきくけこ',
  'がぎぐげご',
  'カキクケコ',
  'ｶｷｸｹｺ ＨＥＬＬＯ',
  '한국어',
  '\u1112\u1161\u11ab국어',
  'ﬁne ﬁsh Ǆ ǆ',
  'Ångström Ångström',
  '100% _under_ \\back\\ \'quote\' "double" `tick`',
  'hel\u200blo\u00ad',
  '👍 👍🏽 👍🏿 ❤ ❤️ 👩‍👩‍👧‍👦',
  '𝒽𝑒𝓁𝓁𝑜 𠀀',
  'tab\tand\nlines\n',
  'ö'.repeat(60),
];

/** Custom data. */
export const objects: readonly object[] = [
  {},
  { type: 'poll', question: 'Where to?', options: ['sea', 'hills'], open: true, closesAt: null },
  { place: { lat: 52.5, lon: -13.25 }, badger: 'a badger' },
  { 'a name': { '': [[], {}, [1, '2', null]] }, 10: 1, 2: 2 },
];

/** Emojis for reactions. */
export const emojis: readonly string[] = ['🎉', '👍', '👍🏽', '❤️', '❤', '👩‍👩‍👧‍👦', '🇩🇪'];

/** Search terms. */
export const searched: readonly string[] = ['hello', 'a', 'said words', '你', 'b', 'new', 'zei'].concat(
  [
    'HELLO',
    'héllo',
    'he\u0301l',
    'strasse',
    'straße',
    'istanbul',
    'İ',
    'ı',
    'かき',
    'が',
    'カ',
    'ｶ',
    '한',
    '\u1112\u1161\u11ab',
    'fi',
    'ǆ',
    'å',
  ],
  ['100%', '%', '_', '\\', "'quote'", '"', '👍', '👍🏽', '❤️', '𝒽', '𠀀', 'öö', 'hello ', 'he llo', 'name'],
);
const point = 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM';

/**
 * Returns a token of a user of another system, the same for the same number. It has to be synchronous, so it does not use the library that
 * verifies tokens.
 */
function elsewhere(number: number): string {
  const claims = { iss: backend.IDENTITY_ISSUER, aud: audience, sub: String(number), preferred_username: `elsewhere.${number}`, exp: 4e9 };
  const said = [{ alg: 'HS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${said}.${createHmac('sha256', backend.IDENTITY_SECRET).update(said).digest('base64url')}`;
}

const texts: readonly (readonly [name: RegExp, make: (chance: Chance, lore: KnownValues) => string | undefined])[] = [
  [/assword$/, () => password],
  [
    /^handles?$|^toHandles$|^target$/,
    (chance, lore) => {
      const known = chance.odds(0.7) ? lore.word('handle', chance) : undefined;
      return chance.odds(0.1) ? known?.toUpperCase() : (known ?? `new.${chance.whole(1, 9_999_999)}`);
    },
  ],
  [/^client\w+Id$/, (chance, lore) => (chance.odds(0.15) ? lore.word('clientMessageId', chance) : randomUUID())],
  [/^code$/, (chance, lore) => lore.word('code', chance)],
  [/^epoch$/, (chance, lore) => lore.word('epoch', chance)],
  [/^refreshToken$/, (chance, lore) => lore.word('refreshToken', chance)],
  [/^emoji$/, (chance) => chance.one(emojis)],
  [/^search$/, (chance) => chance.one(searched)],
  [
    /rl$/,
    (chance) => chance.one(['https://example.com/a.png', 'http://127.0.0.1:1/', 'https://user:pass@example.com/', 'ftp://example.com']),
  ],
  [/^mediaType$/, (chance) => chance.one(['image/png', 'text/plain; charset=utf-8', 'nonsense'])],
  [/^timeZone$/, (chance) => chance.one(['Europe/Berlin', 'UTC', 'Asia/Kathmandu', '+05:30', 'Nowhere/Else'])],
  [/^(start|end)$/, (chance) => chance.one(['22:00', '07:30', '00:00', '24:00'])],
  [/^token$/, (chance) => (chance.odds(0.7) ? elsewhere(chance.whole(1, 30)) : 'a-token')],
  [/^subject$/, (chance) => String(chance.whole(1, 30))],
  [/^issuer$/, (chance) => chance.one([backend.IDENTITY_ISSUER, 'another'])],
  [/^endpoint$/, (chance) => `http://127.0.0.1:1/push/${chance.whole(1, 5)}`],
  [/^p256dh$/, () => point],
  [/^auth$/, () => 'AAAAAAAAAAAAAAAAAAAAAA'],
  [/^vapidPublicKey$/, (chance, lore) => lore.word('vapidPublicKey', chance)],
  [/^words$/, (chance) => chance.one(['badger', 'mushroom', 'zwölf', 'strasse', 'が'])],
  [/^name$/, (chance, lore) => (chance.odds(0.4) ? lore.word('name', chance) : chance.one(['A name', ...sayings]))],
  [/^value$/, (chance) => chance.one(['1', '7', '50', 'true', 'false', 'odd'])],
];

/** Returns a plausible text for an input of this name. */
export function plausibleText(name: string, chance: Chance, lore: KnownValues): string {
  if (name.startsWith('cursor:')) return lore.word(name, chance) ?? 'none';
  const make = texts.find(([pattern]) => pattern.test(name))?.[1];
  return make?.(chance, lore) ?? chance.one(sayings);
}

/** Returns a plausible number for an input of this name. */
export function plausibleInt(name: string, chance: Chance): number {
  if (/^(first|last|around)$/.test(name)) return chance.whole(1, 4);
  if (/Ms$/.test(name)) return chance.whole(100, 5_000);
  return chance.whole(0, 40);
}

// In ms: whatever ends or happens later does so within moments, or well after the run.
const dayMs = 86_400_000;

/** Returns a time around now. */
export function plausibleMoment(chance: Chance): string {
  const awayMs = chance.one([300, 1_000, 3_000, 60_000, dayMs, 7 * dayMs, -1_000, -dayMs]);
  return new Date(Date.now() + awayMs).toISOString();
}
