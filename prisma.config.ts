import { defineConfig } from 'prisma/config';

/** For Prisma's own commands on MySQL; MPIM applies the migrations itself at start. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
