import { z } from 'zod';
import { readJson } from '../read-json.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';

/** The before-send app's answer: the text to store, or why nothing is stored. */
export type Verdict = { readonly text: string } | { readonly reason: string };

const answer = z.object({ allow: z.boolean().optional(), reason: z.string().optional(), text: z.string().optional() });

// One line that fits on a phone. The user who wanted to send the message sees it.
const maxReason = 200;
const usualReason = 'This message is not allowed here.';

interface Reading {
  /** The text that the app was called with. */
  readonly asked: string;
  readonly fits: (text: string) => boolean;
}

/** Parses an answer. Null: it is not a valid answer. */
export function readVerdict(body: string, { asked, fits }: Reading): Verdict | null {
  const parsed = answer.safeParse(readJson(body));
  if (!parsed.success) return null;
  const { allow, reason, text } = parsed.data;
  if (allow === false) return { reason: shownReason(reason) };
  if (text !== undefined) return fits(text) ? { text } : null;
  return allow === true ? { text: asked } : null;
}

function shownReason(reason: string | undefined): string {
  if (reason === undefined || isBlank(reason) || !isStorable(reason) || hasControls(reason, { lines: false })) return usualReason;
  return codePoints(reason) <= maxReason ? reason : [...reason].slice(0, maxReason).join('');
}
