import { isDeepStrictEqual } from 'node:util';
import { isSameData, replaceTexts } from '../data.ts';
import type { NewPoll } from '../log/index.ts';
import { type Admitted, admit, type Looked, type Screen } from '../words/index.ts';
import type { Attachment } from './attachment.ts';
import type { Message } from './message.ts';

/** What a message has besides its text. */
export type Enclosed = Pick<Message, 'attachments' | 'data'>;

/** What a message says: its text, and what it has besides. */
export interface Words extends Enclosed {
  readonly text: string;
  /** Its text is the question. Once it is asked it stays as it is. */
  readonly poll?: NewPoll | null | undefined;
}

/** Of a message that is text alone. */
export const nothingEnclosed: Enclosed = { attachments: [], data: null };

/** The same as it may stand, and each of its texts that lists were asked about. */
export interface AdmittedWords extends Words {
  readonly poll: NewPoll | null;
  readonly said: readonly Admitted[];
}

/** What lists of blocked words make of what a message says. */
export interface LookedWords extends Words {
  readonly poll: NewPoll | null;
  readonly looked: readonly Looked[];
}

/**
 * Asks the lists about a text, about what attachments are called and how they are described, about the texts in data and the options of a poll: those are words of people too. An address is none, nor is a name in data.
 * `field`: the input that a refusal names; absent: the text's, the attachment's, the data's or the option's own.
 */
export function lookAt(screen: Screen, { text, attachments, data, poll = null }: Words, field?: string): LookedWords {
  const looked: Looked[] = [];
  function standing(said: string, ...own: readonly string[]): string {
    const found = screen.said(said, ...(field === undefined ? own : [field]));
    looked.push(found);
    return found.text;
  }
  function standingOf(one: Attachment, place: number, name: 'name' | 'alt'): string | null {
    const said = one[name];
    return said === null ? null : standing(said, 'attachments', String(place), name);
  }
  return {
    text: standing(text, 'text'),
    attachments: attachments.map((one, place) => ({ ...one, name: standingOf(one, place, 'name'), alt: standingOf(one, place, 'alt') })),
    data: data === null ? null : replaceTexts(data, (said, at) => standing(said, 'data', ...at)),
    poll: poll && { ...poll, options: poll.options.map((said, place) => standing(said, 'poll', 'options', String(place))) },
    looked,
  };
}

/** What may stand. Throws INVALID_INPUT where it must not. */
export function admitWords({ looked, ...words }: LookedWords): AdmittedWords {
  return { ...words, said: looked.map(admit) };
}

/** Whether two messages say the same. */
export function saysSame(one: Words, other: Words): boolean {
  return one.text === other.text && enclosesSame(one, other);
}

/** Whether both have the same besides their text. */
export function enclosesSame(one: Enclosed, other: Enclosed): boolean {
  return attachesSame(one, other) && isSameData(one.data, other.data);
}

/** Whether the same is attached to both. */
export function attachesSame(one: Pick<Words, 'attachments'>, other: Pick<Words, 'attachments'>): boolean {
  return isDeepStrictEqual(one.attachments, other.attachments);
}

/** Whether a message has that besides its text with which it may be '': a poll needs its question. */
export function isMore({ attachments, data, poll = null }: Enclosed & Pick<Words, 'poll'>): boolean {
  return poll === null && (attachments.length > 0 || data !== null);
}

/** What a message says as text alone, with a line for each attachment, one for its data and one for each option of its poll: for those who are to judge it once it is gone. */
export function inWords({ text, attachments, data, poll }: Words): string {
  const said = text === '' && isMore({ attachments, data }) ? [] : [text];
  const options = (poll?.options ?? []).map((option) => `○ ${option}`);
  return [...said, ...attachments.map(lineOf), ...(data === null ? [] : [data]), ...options].join('\n');
}

function lineOf({ mediaType, url, name, alt }: Attachment): string {
  const said = [name, alt?.replaceAll(/\s+/g, ' ')].filter((part) => part !== null && part !== undefined);
  return [mediaType, url, ...said.map((part) => `“${part}”`)].join(' ');
}
