import { expect, test } from 'vitest';
import { greet } from '../../gateway/greeting.ts';
import { readConfig } from '../../src/config/index.ts';

const node = { url: 'http://127.0.0.1:4000', port: 4000, adminUrl: 'http://127.0.0.1:4100/admin/graphql' };

test('a single node prints its addresses, and that it stores everything in a file because there is no DATABASE_URL', () => {
  expect(greet(readConfig({ DATA_DIR: '/srv/mpim', DEMO_APP: 'false' }), node)).toEqual([
    'MPIM is at http://127.0.0.1:4000 (GraphiQL: http://127.0.0.1:4000/graphql). Ctrl-C stops it.',
    'The operators’ schema is at http://127.0.0.1:4100/admin/graphql, for admins.',
    'All is kept in /srv/mpim/mpim.sqlite, for this node alone: there is no DATABASE_URL.',
  ]);
});

test('one of several nodes prints the public and its own address, and what it shares, without the passwords', () => {
  const config = readConfig({
    PUBLIC_URL: 'https://chat.example.org',
    GRAPHIQL: 'false',
    DATABASE_URL: 'mysql://mpim:s%40cret@db.example:3306/mpim?sslaccept=strict',
    REDIS_URL: 'rediss+cluster://user:hunter2@a.example:7000,b.example:7001',
  });
  expect(greet(config, { ...node, url: 'https://chat.example.org', adminUrl: null })).toEqual([
    'MPIM is at https://chat.example.org. Ctrl-C stops it.',
    'This node listens on http://127.0.0.1:4000.',
    'All is kept in mysql://db.example:3306/mpim, and other nodes are heard by rediss+cluster://a.example:7000,b.example:7001.',
  ]);
});

test('a node with a database and without Redis prints that it must be the only one', () => {
  const config = readConfig({ DATABASE_URL: 'mysql://mpim:secret@db.example/mpim', DEMO_APP: 'false' });
  expect(greet(config, node).at(-1)).toBe(
    'All is kept in mysql://db.example/mpim, for this node alone: there is no REDIS_URL, and it would not hear a second one.',
  );
});
