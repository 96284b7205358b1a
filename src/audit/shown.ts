// How much is kept of an action's arguments: enough to recognise the action. The column holds 64 KiB. With up to four bytes for each
// character, these limits stay well below that.
const maxText = 200;
// How many characters of a text are searched for secrets. It is far more than what is kept, so a secret that starts in the kept part is
// matched whole. It is short enough to search at once.
const maxRead = 4_000;
const maxItems = 20;
const maxDepth = 6;
const maxJson = 12_000;
const withheld = '(withheld)';

// Matches names, so an argument that is added later is withheld too.
const secret = /pass(word|phrase)?$|secret|token$|(private|signing|api|auth|server)key|^keys?$|^auth$|credential|authorization|cookie/i;
// Parts of a URL that may be secret, wherever the URL stands: the user information, and the query, where many services put their keys.
const secretInUrl = /(:\/\/)[^/?#\s]*@/g;
const queryOfUrl = /(:\/\/[^?#\s]*\?)[^#\s]+/g;
// A bot's key, wherever it was pasted, for example in place of the id by which the key is revoked. No handle is this long.
const botKey = /mpim_[\w-]{40,}/g;

/** Formats a value as JSON: values whose names mark them as secret are withheld, long ones are cut. */
export function shown(value: unknown): string {
  const text = JSON.stringify(part(value, 0)) ?? 'null';
  return text.length <= maxJson ? text : JSON.stringify({ cut: text.slice(0, maxJson).toWellFormed() });
}

/** Makes a text fit for a column of `max` characters: well-formed, without control characters and bot keys. */
export function storable(text: string, max: number): string {
  return [
    ...text
      .toWellFormed()
      .replaceAll(botKey, withheld)
      .replaceAll(/[\p{Cc}]/gu, '\ufffd'),
  ]
    .slice(0, max)
    .join('');
}

function part(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return cut(value);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (depth === maxDepth) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, maxItems).map((item) => part(item, depth + 1));
    return value.length > maxItems ? [...items, `… ${value.length - maxItems} more`] : items;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name, inner !== null && secret.test(name) ? withheld : part(inner, depth + 1)]),
  );
}

function cut(text: string): string {
  const bare = text
    .slice(0, maxRead)
    .replaceAll(secretInUrl, `$1${withheld}@`)
    .replaceAll(queryOfUrl, `$1${withheld}`)
    .replaceAll(botKey, withheld);
  if (bare.length <= maxText && text.length <= maxRead) return bare;
  return `${bare.slice(0, maxText).toWellFormed()}… (${text.length} characters)`;
}
