import { ChatError } from '../errors.ts';
import type { NewPoll } from '../log/index.ts';
import { asSeen, codePoints, hasControls, isBlank, isStorable } from '../text.ts';

/** A poll as a client gives it. Null or absent means no. */
export interface WantedPoll {
  readonly options: readonly string[];
  readonly multiple?: boolean | null | undefined;
  readonly anonymous?: boolean | null | undefined;
  readonly closesAt?: Date | null | undefined;
}

// With one option there is nothing to choose.
const minOptions = 2;
/** So many fit on a screen, and into the message's column: 20 options of 200 characters are at most 16,000 bytes. */
export const maxOptions = 20;
// A line or two on a phone.
const maxOption = 200;
// The same as for scheduled messages: near enough to catch a mistyped year.
const maxAheadMs = 365 * 86_400_000;

/** Returns a poll as it would be stored; null for none. Throws INVALID_INPUT (poll.options, poll.options.N). */
export function requirePollShape(wanted: WantedPoll | null | undefined): NewPoll | null {
  if (wanted === null || wanted === undefined) return null;
  const { options, multiple, anonymous, closesAt } = wanted;
  if (options.length < minOptions || options.length > maxOptions) {
    throw invalid(['options'], `A poll must have ${minOptions} to ${maxOptions} options.`);
  }
  const known = new Set<string>();
  for (const [place, option] of options.entries()) {
    const at = ['options', String(place)];
    requireOption(option, at);
    const seen = asSeen(option);
    if (known.has(seen)) throw invalid(at, 'The options of a poll must be different from each other.');
    known.add(seen);
  }
  return { options, multiple: multiple ?? false, anonymous: anonymous ?? false, closesAt: closesAt ?? null };
}

function requireOption(option: string, at: readonly string[]): void {
  if (isBlank(option)) throw invalid(at, 'An option must have visible text.');
  if (codePoints(option) > maxOption) throw invalid(at, `An option can have at most ${maxOption} characters.`);
  if (!isStorable(option) || hasControls(option, { lines: false })) throw invalid(at, 'An option must be a single line of text.');
}

/**
 * Throws INVALID_INPUT (poll.closesAt) if the poll would be closed before it is sent, or closes more than a year ahead. `now` is the
 * database's time, and `askedAt` the time at which the poll is sent.
 */
export function requireTimely(poll: NewPoll | null, now: Date, askedAt = now): void {
  const closesAt = poll?.closesAt ?? null;
  if (closesAt === null) return;
  if (closesAt <= now) throw invalid(['closesAt'], 'closesAt is in the past. Use a later time, or leave it out.');
  if (closesAt <= askedAt) throw invalid(['closesAt'], 'closesAt must be after the message is sent. Use a later time, or leave it out.');
  if (closesAt.getTime() - now.getTime() > maxAheadMs) throw invalid(['closesAt'], 'closesAt must be within a year.');
}

function invalid(field: readonly string[], message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: ['poll', ...field] });
}
