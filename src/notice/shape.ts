import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isBlank, isClientKey, isStorable } from '../text.ts';

// The widths of the columns, which the API documents too.
const maxTitle = 200;
const maxBody = 8_000;
/** A transaction writes this many rows quickly. */
const maxRecipients = 1_000;
// Later than anybody plans, and near enough to catch a mistyped year.
const maxAheadMs = 366 * 86_400_000;

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}

/** Throws INVALID_INPUT (title) if a title is blank, too long, or not a single line of text. */
export function requireTitle(title: string): void {
  if (isBlank(title)) throw invalid('title', 'A notice must have a title.');
  if (codePoints(title) > maxTitle) throw invalid('title', `A title can have at most ${maxTitle} characters.`);
  if (!isStorable(title) || hasControls(title, { lines: false })) throw invalid('title', 'A title must be a single line of text.');
}

/** Throws INVALID_INPUT (body) if a body is blank, too long, or has control characters. */
export function requireBody(body: string): void {
  if (isBlank(body)) throw invalid('body', 'A notice must have a body.');
  if (codePoints(body) > maxBody) throw invalid('body', `A notice can have at most ${maxBody} characters.`);
  if (!isStorable(body) || hasControls(body, { lines: true })) throw invalid('body', 'A notice must not contain control characters.');
}

/** Throws INVALID_INPUT (`field`) if there are no recipients, or too many. */
export function requireRecipients(field: string, recipients: readonly unknown[]): void {
  if (recipients.length === 0) throw invalid(field, 'Name at least one user, or send the notice to all.');
  if (recipients.length > maxRecipients) throw invalid(field, `A notice can name at most ${maxRecipients} users. Send it to all instead.`);
}

/** Throws INVALID_INPUT (at) if the time is more than a year ahead. */
export function requireTime(at: Date, now: Date): void {
  if (at.getTime() - now.getTime() > maxAheadMs) throw invalid('at', 'A notice must be posted within a year.');
}

/** Throws INVALID_INPUT (clientNoticeId) if the id is malformed. */
export function requireClientNoticeId(clientNoticeId: string | null): void {
  if (clientNoticeId !== null && !isClientKey(clientNoticeId)) {
    throw invalid('clientNoticeId', 'clientNoticeId must be 1 to 64 printable ASCII characters and must not end in a space.');
  }
}
