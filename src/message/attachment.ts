import { ChatError } from '../errors.ts';
import { type Attachments, noAttachments } from '../log/index.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';

/** A file that is kept elsewhere, as a message has it. */
export type Attachment = Attachments[number];

/** An attachment as it is asked for. What is null or absent is not known. */
export interface NewAttachment {
  readonly url: string;
  readonly mediaType: string;
  readonly name?: string | null | undefined;
  readonly size?: number | null | undefined;
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
  readonly durationMs?: number | null | undefined;
  readonly alt?: string | null | undefined;
}

// As long as any server takes an address, and with it what signs it.
const maxUrl = 2_048;
const maxMediaType = 255;
// What file systems take of a name.
const maxName = 255;
const maxAlt = 1_000;
const maxPixels = 1_000_000;
const maxDurationMs = 2 ** 31 - 1;

// RFC 6838 4.2 of the type, RFC 9110 8.3.1 of what may follow it: recorders say `audio/webm;codecs=opus`.
const restricted = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
const token = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
const quoted = String.raw`"(?:[ !#-\[\]-~]|\\[ -~])*"`;
const mediaTypes = new RegExp(`^(${restricted}/${restricted})((?:[ \\t]*;[ \\t]*${token}=(?:${token}|${quoted}))*)$`);

// What leads out of a folder, and what turns a name around so that it seems to end otherwise.
const misleading = /[/\\\u202a-\u202e\u2066-\u2069]/u;

/** Attachments as they are stored. Throws INVALID_INPUT (attachments, attachments.N.…). */
export function requireAttachments(
  wanted: readonly NewAttachment[] | undefined,
  { maxAttachments: most }: { readonly maxAttachments: number },
): Attachments {
  if (wanted === undefined || wanted.length === 0) return noAttachments;
  if (wanted.length > most) {
    const why =
      most === 0 ? 'A message has no attachments here.' : `A message has at most ${most} attachments: send the rest in a second one.`;
    throw new ChatError('INVALID_INPUT', why, { field: ['attachments'] });
  }
  return wanted.map((one, place) => requireAttachment(one, String(place)));
}

function requireAttachment({ url, mediaType, name, size, width, height, durationMs, alt }: NewAttachment, place: string): Attachment {
  const at = (field: string) => ['attachments', place, field];
  return {
    url: requireUrl(url, at('url')),
    mediaType: requireMediaType(mediaType, at('mediaType')),
    name: requireName(name, at('name')),
    size: requireWhole(size, { least: 0, most: Number.MAX_SAFE_INTEGER, field: at('size') }),
    width: requireWhole(width, { least: 1, most: maxPixels, field: at('width') }),
    height: requireWhole(height, { least: 1, most: maxPixels, field: at('height') }),
    durationMs: requireWhole(durationMs, { least: 0, most: maxDurationMs, field: at('durationMs') }),
    alt: requireAlt(alt, at('alt')),
  };
}

function invalid(field: readonly string[], message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/** Where a file is, as ASCII. */
function requireUrl(text: string, field: readonly string[]): string {
  const url = isStorable(text) && !hasControls(text, { lines: false }) ? URL.parse(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw invalid(field, 'A file has an address that begins with http:// or https://.');
  }
  // Whoever sees the message would be told them.
  if (url.username !== '' || url.password !== '') throw invalid(field, "A file's address has no name and password in it.");
  // Escapes may make it longer than what came in.
  if (url.href.length > maxUrl) throw invalid(field, `A file's address has at most ${maxUrl} characters.`);
  return url.href;
}

/** What kind of file it is: the type itself in lower case, as it is compared. */
function requireMediaType(text: string, field: readonly string[]): string {
  const [, type, parameters] = (text.length > maxMediaType ? null : mediaTypes.exec(text)) ?? [];
  if (type === undefined) throw invalid(field, `A media type is as image/png, and has at most ${maxMediaType} characters.`);
  return type.toLowerCase() + parameters;
}

function requireName(name: string | null | undefined, field: readonly string[]): string | null {
  if (name === null || name === undefined) return null;
  if (isBlank(name)) throw invalid(field, "A file's name has at least one character that can be seen.");
  if (codePoints(name) > maxName) throw invalid(field, `A file's name has at most ${maxName} characters.`);
  if (!isStorable(name) || hasControls(name, { lines: false })) throw invalid(field, "A file's name is one line of text.");
  if (misleading.test(name)) throw invalid(field, "A file's name is without folders, and without characters that turn it around.");
  return name;
}

/** '' is nothing: so pages say that there is nothing to say. */
function requireAlt(alt: string | null | undefined, field: readonly string[]): string | null {
  if (alt === null || alt === undefined || alt === '') return null;
  if (codePoints(alt) > maxAlt) throw invalid(field, `What describes a file has at most ${maxAlt} characters.`);
  if (!isStorable(alt) || hasControls(alt, { lines: true }))
    throw invalid(field, 'What describes a file is text without control characters.');
  return alt;
}

function requireWhole(
  value: number | null | undefined,
  { least, most, field }: { readonly least: number; readonly most: number; readonly field: readonly string[] },
): number | null {
  if (value === null || value === undefined) return null;
  if (!Number.isSafeInteger(value) || value < least || value > most) throw invalid(field, `It is a whole number from ${least} to ${most}.`);
  return value;
}
