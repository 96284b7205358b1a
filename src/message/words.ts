import { isDeepStrictEqual } from 'node:util';
import { type Admitted, admit, type Looked, type Screen } from '../words/index.ts';
import type { Attachment } from './attachment.ts';
import type { Message } from './message.ts';

/** What a message says: its text, and what is attached to it. */
export type Words = Pick<Message, 'text' | 'attachments'>;

/** The same as it may stand, and each of its texts that lists were asked about. */
export interface AdmittedWords extends Words {
  readonly said: readonly Admitted[];
}

/** What lists of blocked words make of what a message says. */
export interface LookedWords extends Words {
  readonly looked: readonly Looked[];
}

/**
 * Asks the lists about a text, and about what attachments are called and how they are described: those are words of people too. An address is none. `field`: the input
 * that a refusal names; absent: the text's or the attachment's own.
 */
export function lookAt(screen: Screen, { text, attachments }: Words, field?: string): LookedWords {
  const looked = [screen.said(text, field ?? 'text')];
  function standing(one: Attachment, place: number, name: 'name' | 'alt'): string | null {
    const said = one[name];
    if (said === null) return null;
    const found = screen.said(said, ...(field === undefined ? ['attachments', String(place), name] : [field]));
    looked.push(found);
    return found.text;
  }
  const stand = attachments.map((one, place) => ({ ...one, name: standing(one, place, 'name'), alt: standing(one, place, 'alt') }));
  return { text: looked[0]?.text ?? text, attachments: stand.length === 0 ? attachments : stand, looked };
}

/** What may stand. Throws INVALID_INPUT where it must not. */
export function admitWords({ looked, ...words }: LookedWords): AdmittedWords {
  return { ...words, said: looked.map(admit) };
}

/** Whether two messages say the same. */
export function saysSame(one: Words, other: Words): boolean {
  return one.text === other.text && attachesSame(one, other);
}

/** Whether the same is attached to both. */
export function attachesSame(one: Pick<Words, 'attachments'>, other: Pick<Words, 'attachments'>): boolean {
  return isDeepStrictEqual(one.attachments, other.attachments);
}

/** What a message says as text alone, with a line for each attachment: for those who are to judge it once it is gone. */
export function inWords({ text, attachments }: Words): string {
  return [...(text === '' && attachments.length > 0 ? [] : [text]), ...attachments.map(lineOf)].join('\n');
}

function lineOf({ mediaType, url, name, alt }: Attachment): string {
  const said = [name, alt?.replaceAll(/\s+/g, ' ')].filter((part) => part !== null && part !== undefined);
  return [mediaType, url, ...said.map((part) => `“${part}”`)].join(' ');
}
