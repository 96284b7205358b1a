import { ChatError } from '../errors.ts';
import type { FoundWord } from '../queue/index.ts';
import { mask } from './mask.ts';
import type { Hit, Matcher } from './matcher.ts';

/** The result of comparing a text with the lists. */
export interface ScreenResult {
  /** The error if the text is not allowed, or null if it is. */
  readonly refusal: ChatError | null;
  /** The text to store: unchanged, or masked. */
  readonly text: string;
  /** The words that an admin should look at, each once. */
  readonly found: readonly FoundWord[];
}

/** A text that is allowed. */
export type AllowedText = Pick<ScreenResult, 'text' | 'found'>;

/**
 * Compares texts with the lists in force. `field` is the path of the input that a refusal names. A call only uses the CPU: some
 * microseconds for a message.
 */
export interface Screen {
  /** Checks what users write. */
  checkText(text: string, ...field: readonly string[]): ScreenResult;
  /** Checks a name. A word to be masked is refused instead, because asterisks are not a name. */
  checkName(name: string, ...field: readonly string[]): ScreenResult;
}

// More of them would not help an admin to decide.
const maxFound = 20;

/** Creates a screen that calls `matcher` for the lists in force at each use. */
export function createScreen(matcher: () => Matcher): Screen {
  function look(text: string, field: readonly string[], masks: boolean): ScreenResult {
    const hits = matcher()(text);
    if (hits.length === 0) return { refusal: null, text, found: [] };
    if (hits.some(({ action }) => action === 'REFUSE' || (action === 'MASK' && !masks)))
      return { refusal: refused(field), text, found: [] };
    const masked = hits.filter(({ action }) => action === 'MASK');
    return { refusal: null, text: masked.length === 0 ? text : mask(text, masked), found: foundIn(hits) };
  }
  return {
    checkText: (text, ...field) => look(text, field, true),
    checkName: (name, ...field) => look(name, field, false),
  };
}

/** A screen that allows everything. */
export const allowAll: Screen = createScreen(() => () => []);

/** Returns the text to store. Throws ChatError INVALID_INPUT if the text is not allowed. */
export function requireAllowedText({ refusal, text, found }: ScreenResult): AllowedText {
  if (refusal !== null) throw refusal;
  return { text, found };
}

// The message does not name the word, which would help users to find a way around it.
function refused(field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', 'This contains something that is not allowed here. Rephrase it.', { field });
}

function foundIn(hits: readonly Hit[]): readonly FoundWord[] {
  return eachOnce(hits.filter(({ action }) => action === 'FLAG'));
}

/** Returns the words, each once and at most 20 of them. */
export function eachOnce(found: readonly FoundWord[]): readonly FoundWord[] {
  const distinct = new Map(found.map(({ list, word }) => [`${list}:${word}`, { list, word }]));
  return [...distinct.values()].slice(0, maxFound);
}
