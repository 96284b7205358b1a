// What is kept of what an act was asked with: enough to know it by. The column holds 64 KiB, which this stays well within, at up to four bytes a character.
const maxText = 200;
// Of so much of a text what is secret is looked for: well past what is kept, so that none is kept for having no end, and little enough to be gone over in a moment.
const maxRead = 4_000;
const maxItems = 20;
const maxDepth = 6;
const maxJson = 12_000;
const withheld = '(withheld)';

// By name, so that an argument that is added later is withheld without anybody remembering to.
const secret = /pass(word|phrase)?$|secret|token$|(private|signing|api|auth|server)key|^keys?$|^auth$|credential|authorization|cookie/i;
// Of a URL, wherever one stands: who asks, and what stands behind the question mark, where services have their keys.
const secretInUrl = /(:\/\/)[^/?#\s]*@/g;
const queryOfUrl = /(:\/\/[^?#\s]*\?)[^#\s]+/g;
// A bot's key, wherever it was pasted: such as where the id was asked for by which it is revoked. No handle is as long.
const botKey = /mpim_[\w-]{40,}/g;

/** A value as JSON, without what is secret by its name, and with what is long cut. */
export function shown(value: unknown): string {
  const text = JSON.stringify(part(value, 0)) ?? 'null';
  return text.length <= maxJson ? text : JSON.stringify({ cut: text.slice(0, maxJson).toWellFormed() });
}

/** A word as it is kept in a column of so many characters: one that can be stored, without the key of a bot. */
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
