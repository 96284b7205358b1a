import { ChatError } from '../errors.ts';
import { type Attachments, noAttachments } from '../log/index.ts';
import { codePoints, hasControls, isBlank, isStorable, webAddress } from '../text.ts';

/** An attachment of a message: a reference to a file that is stored elsewhere. */
export type Attachment = Attachments[number];

/** An attachment as a client gives it. Null or absent means unknown. */
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

/** How many attachments a message may have (config MAX_ATTACHMENTS), and on which hosts (config ATTACHMENT_HOSTS). */
export interface AttachmentRules {
  readonly maxAttachments: number;
  /** A name that starts with `*.` allows all its subdomains. Empty: every host is allowed. */
  readonly attachmentHosts: readonly string[];
}

// A common limit of servers for a URL, enough for one with a signature.
const maxUrl = 2_048;
const maxMediaType = 255;
// The limit of common file systems.
const maxName = 255;
const maxAlt = 1_000;
const maxPixels = 1_000_000;
const maxDurationMs = 2 ** 31 - 1;

// The type by RFC 6838, 4.2; its parameters by RFC 9110, 8.3.1, because recorders send `audio/webm;codecs=opus`.
const restricted = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
const token = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
const quoted = String.raw`"(?:[ !#-\[\]-~]|\\[ -~])*"`;
const mediaTypes = new RegExp(`^(${restricted}/${restricted})((?:[ \\t]*;[ \\t]*${token}=(?:${token}|${quoted}))*)$`);

// Path separators and the names `.` and `..`, which lead out of a folder, and Unicode's Bidi_Control characters, which can make a name seem
// to have another extension.
const misleading = /[/\\\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|^\.{1,2}$/u;
// The most that MAX_ATTACHMENTS can be set to. Requests are validated up to it, whatever the current setting is.
const maxEver = 20;

/** Returns attachments as they would be stored. Throws INVALID_INPUT (attachments: more than any server allows; attachments.N.…). */
export function requireAttachments(wanted: readonly NewAttachment[] | undefined): Attachments {
  if (wanted === undefined || wanted.length === 0) return noAttachments;
  requireFew(wanted.length, maxEver, ['attachments']);
  return wanted.map((one, place) => requireAttachment(one, String(place)));
}

/**
 * Throws INVALID_INPUT (attachments, attachments.N.url; or `field` for both) if the current settings do not allow so many attachments, or
 * one of their hosts. Separate from `requireAttachments`, so that messages stored under earlier settings are still found and kept.
 */
export function requireAllowed(attachments: Attachments, rules: AttachmentRules, field?: string): void {
  requireFew(attachments.length, rules.maxAttachments, [field ?? 'attachments']);
  for (const [place, { url }] of attachments.entries()) {
    if (isAllowedAt(url, rules)) continue;
    const at = field === undefined ? ['attachments', String(place), 'url'] : [field];
    throw invalid(at, `This server does not allow attachments from ${new URL(url).hostname}.`);
  }
}

/** Whether `requireAllowed` would accept these attachments. */
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
  throw invalid(field, most === 0 ? 'Attachments are turned off on this server.' : `A message can have at most ${most} attachments.`);
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

/** Returns the URL in ASCII. */
function requireUrl(text: string, field: readonly string[]): string {
  const url = webAddress(text);
  if (url === null) throw invalid(field, 'url must be a web address that starts with http:// or https://.');
  // Everybody who sees the message would see them.
  if (url.username !== '' || url.password !== '') throw invalid(field, 'url must not contain a user name or password.');
  // Checked after parsing: escapes can make the URL longer than the input.
  if (url.href.length > maxUrl) throw invalid(field, `url can have at most ${maxUrl} characters.`);
  return url.href;
}

/** Returns the media type, with the type itself in lower case because types are compared without regard to case. */
function requireMediaType(text: string, field: readonly string[]): string {
  const [, type, parameters] = (text.length > maxMediaType ? null : mediaTypes.exec(text)) ?? [];
  if (type === undefined)
    throw invalid(field, `mediaType must be a media type such as image/png, with at most ${maxMediaType} characters.`);
  return type.toLowerCase() + parameters;
}

function requireName(name: string | null | undefined, field: readonly string[]): string | null {
  if (name === null || name === undefined) return null;
  if (isBlank(name)) throw invalid(field, 'A file name must have a visible character.');
  if (codePoints(name) > maxName) throw invalid(field, `A file name can have at most ${maxName} characters.`);
  if (!isStorable(name) || hasControls(name, { lines: false })) throw invalid(field, 'A file name must be a single line of text.');
  if (misleading.test(name)) throw invalid(field, 'A file name must not contain folders, or characters that change the direction of text.');
  return name;
}

/** Returns the description. Text without a visible character is stored as null, so that clients can tell that there is none. */
function requireAlt(alt: string | null | undefined, field: readonly string[]): string | null {
  if (alt === null || alt === undefined || isBlank(alt)) return null;
  if (codePoints(alt) > maxAlt) throw invalid(field, `alt can have at most ${maxAlt} characters.`);
  if (!isStorable(alt) || hasControls(alt, { lines: true })) throw invalid(field, 'alt must not contain control characters.');
  return alt;
}

function requireWhole(
  value: number | null | undefined,
  { least, most, field }: { readonly least: number; readonly most: number; readonly field: readonly string[] },
): number | null {
  if (value === null || value === undefined) return null;
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw invalid(field, `This must be an integer from ${least} to ${most}.`);
  // Turns -0 into 0. The database stores no -0, so it would look like a change on every edit.
  return value + 0;
}
