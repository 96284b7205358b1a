/**
 * Derives the SQLite models from the MySQL ones: another provider, another folder for the client, and no native types, which SQLite does
 * not have. Throws if prisma/schema.prisma does not look as expected.
 */
export function deriveSqliteSchema(mysql: string): string {
  const head = mysql.indexOf('generator client');
  const body = mysql
    .slice(head)
    .replaceAll(/ +@db\.\w+(\([\d, ]*\))?/g, '')
    .replace('provider = "mysql"', 'provider = "sqlite"')
    .replace('"../src/db/generated/mysql"', '"../../src/db/generated/sqlite"');
  if (head < 0 || body.includes('mysql') || body.includes('@db.') || !body.includes('generated/sqlite')) {
    throw new Error('prisma/schema.prisma: the SQLite models cannot be derived from it; see scripts/sqlite-schema.ts');
  }
  return `// Derived from prisma/schema.prisma by npm run generate: change that file, not this one.\n\n${body}`;
}
