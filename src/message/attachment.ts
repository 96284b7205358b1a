import { ChatError } from '../errors.ts';
import { type Attachments, noAttachments } from '../log/index.ts';
import { codePoints, hasControls, isBlank, isStorable, webAddress } from '../text.ts';

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

/** How many a message may have (config MAX_ATTACHMENTS), and where they may be (config ATTACHMENT_HOSTS). */
export interface AttachmentRules {
  readonly maxAttachments: number;
  /** `*.` before one stands for any that ends in it; empty: any. */
  readonly attachmentHosts: readonly string[];
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

// What leads out of a folder, and what turns a name around so that it seems to end otherwise (Unicode's Bidi_Control).
const misleading = /[/\\\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|^\.{1,2}$/u;
// What any server can be configured to take: so much is looked at whatever it takes by now.
const maxEver = 20;

/** Attachments as they would be stored. Throws INVALID_INPUT (attachments: more than any message may have, attachments.N.…). */
export function requireAttachments(wanted: readonly NewAttachment[] | undefined): Attachments {
  if (wanted === undefined || wanted.length === 0) return noAttachments;
  requireFew(wanted.length, maxEver, ['attachments']);
  return wanted.map((one, place) => requireAttachment(one, String(place)));
}

/**
 * Throws INVALID_INPUT (attachments, attachments.N.url; or `field`) where a message may not have so many, or not from there, by now: what was stored before is
 * still found, and may stay.
 */
export function requireAllowed(attachments: Attachments, rules: AttachmentRules, field?: string): void {
  requireFew(attachments.length, rules.maxAttachments, [field ?? 'attachments']);
  for (const [place, { url }] of attachments.entries()) {
    if (isAllowedAt(url, rules)) continue;
    const at = field === undefined ? ['attachments', String(place), 'url'] : [field];
    throw invalid(at, `Files at ${new URL(url).hostname} cannot be attached here.`);
  }
}

/** Whether `requireAllowed` would take them. */
export function areAllowed(attachments: Attachments, rules: AttachmentRules): boolean {
  return attachments.length <= rules.maxAttachments && attachments.every(({ url }) => isAllowedAt(url, rules));
}

function isAllowedAt(url: string, { attachmentHosts }: AttachmentRules): boolean {
  if (attachmentHosts.length === 0) return true;
  const { hostname } = new URL(url);
  return attachmentHosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host));
}

function requireFew(count: number, most: number, field: readonly string[]): void {
  if (count <= most) return;
  throw invalid(field, most === 0 ? 'A message has no attachments here.' : `A message has at most ${most} attachments.`);
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
  const url = webAddress(text);
  if (url === null) throw invalid(field, 'A file has an address of the web, which begins with http:// or https://.');
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

/** What nobody would see is nothing: so pages say that there is nothing to say. */
function requireAlt(alt: string | null | undefined, field: readonly string[]): string | null {
  if (alt === null || alt === undefined || isBlank(alt)) return null;
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
  // Of a client's -0 nothing is left once it is stored: it would be a change each time.
  return value + 0;
}
