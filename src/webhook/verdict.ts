import { z } from 'zod';
import { readJson } from '../read-json.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';

/** What the one asked says: the text that is to be stored, or why nothing is. */
export type Verdict = { readonly text: string } | { readonly reason: string };

const answer = z.object({ allow: z.boolean().optional(), reason: z.string().optional(), text: z.string().optional() });

// A line that fits on a phone; it is shown to whoever wanted to say something.
const maxReason = 200;
const usualReason = 'This message is not allowed here.';

interface Reading {
  /** What was asked about. */
  readonly asked: string;
  readonly fits: (text: string) => boolean;
}

/** Reads an answer; null: it says nothing that counts. */
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
