// Values that no client sends on purpose.

/** Texts. */
export const oddTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00y',
  '\u0007\u001b[31m',
  'line\nline\r\n\tline',
  '\u2028\u2029',
  '\u200b\u200d\ufeff',
  '\u202eright to left',
  '👩‍👩‍👧‍👦🏳️‍🌈🇩🇪',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 İıſß ǆ Å',
  'e\u0301'.repeat(40),
  '汉字ひらがな한국어ไทย',
  "'; DROP TABLE User; --",
  '%_\\%',
  '"quoted" \\ \'single\' `tick`',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  '{"a":1}',
  '{{x}} #{x} %s',
  'null',
  'NaN',
  '-1',
  '1e999',
  '9223372036854775808',
  'a'.repeat(255),
  'a'.repeat(256),
  'ä'.repeat(8_001),
  '😀'.repeat(2_000),
  'z'.repeat(70_000),
];

/** Whole numbers that fit into Int, by the specification. */
export const oddInts: readonly number[] = [-2_147_483_648, -1_000, -1, 0, 1, 2, 99, 100, 101, 10_000, 2_147_483_646, 2_147_483_647];

/** Values that are no Int. */
export const noInts: readonly unknown[] = [2_147_483_648, 1.5, '7', true, 1e300, [], {}];

/** Numbers that fit into Float. */
export const oddFloats: readonly number[] = [-1, -0, 0, 0.5, 1e-320, 1e21, 2 ** 53, 2 ** 53 + 2, 1.797e308];

/** Objects, some of which are refused as custom data. */
export const oddObjects: readonly unknown[] = [
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toJSON":"x"}'),
  Object.fromEntries(oddTexts.map((text) => [text, text])),
  { __typename: 'User', id: 'VXNlcjox', text: '\ud800' },
  { '\udc00': 1 },
  { numbers: [1e300, 2 ** 53, -0, 5e-324, 0.1] },
  JSON.parse(`${'{"a":['.repeat(5)}${']}'.repeat(5)}`),
  JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`),
  { long: 'ä'.repeat(2_040) },
  { long: 'z'.repeat(70_000) },
  [{}],
  '{}',
];

/** Times, some of which do not exist. */
export const oddMoments: readonly string[] = [
  '1000-01-01T00:00:00.000Z',
  '1000-01-01T00:00:00+14:00',
  '0999-12-31T23:59:59.999Z',
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00Z',
  '2038-01-19T03:14:08Z',
  '2026-02-30T00:00:00Z',
  '2026-06-30T23:59:60Z',
  '2026-01-01T00:00:00.123456789+05:30',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999-14:00',
  '9999-12-31T23:59:59.999999Z',
  'tomorrow',
  '',
];

/** Texts that are no id, or the id of nothing. */
export const oddIds: readonly string[] = [
  '',
  '0',
  'nonsense',
  'VXNlcjox',
  'VXNlcjow',
  'VXNlcjotMQ',
  'VXNlcjo5MjIzMzcyMDM2ODU0Nzc1ODA3',
  'VXNlcjo5MjIzMzcyMDM2ODU0Nzc1ODA4',
  'TWVzc2FnZToxOjIxNDc0ODM2NDc',
  'TWVzc2FnZToxOjIxNDc0ODM2NDg',
  'Q29udmVyc2F0aW9uOjkyMjMzNzIwMzY4NTQ3NzU4MDc',
  'Q29udGFjdDoxOjE',
  'U2VydmVyOm5vdGljZXM',
  '__proto__',
  '\ud800',
  'a'.repeat(5_000),
];
