import { ChatError } from '../errors.ts';
import type { FoundWord } from '../queue/index.ts';
import { mask } from './mask.ts';
import type { Hit, Matcher } from './matcher.ts';

/** What the lists make of a text. */
export interface Looked {
  /** Why it must not stand; null: it may. */
  readonly refusal: ChatError | null;
  /** As it may stand: the very same, or masked. */
  readonly text: string;
  /** The words for which admins are to look at it, each once. */
  readonly found: readonly FoundWord[];
}

/** A text that may stand. */
export type Admitted = Pick<Looked, 'text' | 'found'>;

/** Asks the lists that are in force. `field`: the input that a refusal names. It costs CPU alone: some microseconds for a message. */
export interface Screen {
  /** About what people say. */
  said(text: string, ...field: readonly string[]): Looked;
  /** About what something is called: a name of asterisks is none, so what would be masked is refused. */
  called(name: string, ...field: readonly string[]): Looked;
}

// More of them make a decision no easier.
const maxFound = 20;

/** Makes a screen on whichever matcher is in force at each use. */
export function createScreen(matcher: () => Matcher): Screen {
  function look(text: string, field: readonly string[], masks: boolean): Looked {
    const hits = matcher()(text);
    if (hits.length === 0) return { refusal: null, text, found: [] };
    if (hits.some(({ action }) => action === 'REFUSE' || (action === 'MASK' && !masks)))
      return { refusal: refused(field), text, found: [] };
    const masked = hits.filter(({ action }) => action === 'MASK');
    return { refusal: null, text: masked.length === 0 ? text : mask(text, masked), found: foundIn(hits) };
  }
  return {
    said: (text, ...field) => look(text, field, true),
    called: (name, ...field) => look(name, field, false),
  };
}

/** A screen for which everything may be said. */
export const openScreen: Screen = createScreen(() => () => []);

/** What may stand. Throws INVALID_INPUT where it must not. */
export function admit({ refusal, text, found }: Looked): Admitted {
  if (refusal !== null) throw refusal;
  return { text, found };
}

// Which word it was is not said: whoever looks for a way around would be told where to look.
function refused(field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', 'This contains something that is not allowed here. Rephrase it.', { field });
}

function foundIn(hits: readonly Hit[]): readonly FoundWord[] {
  return eachOnce(hits.filter(({ action }) => action === 'FLAG'));
}

/** These words, each once, as far as it matters how many there are. */
export function eachOnce(found: readonly FoundWord[]): readonly FoundWord[] {
  const distinct = new Map(found.map(({ list, word }) => [`${list}:${word}`, { list, word }]));
  return [...distinct.values()].slice(0, maxFound);
}
