import { defineConfig } from 'vitest/config';
import { keepScratchInMemory } from './test/support/scratch.ts';

keepScratchInMemory();

const onReal = ['test/**/*.mysql.test.ts', 'test/**/*.redis.test.ts', 'test/**/*two-node*.test.ts'];
const inBrowser = ['test/**/*.browser.test.ts'];

/** One config; a file's name says what it needs. Tests in test/api run twice: on SQLite in one process, and on MariaDB and Redis. */
export default defineConfig({
  // graphql comes as CommonJS, which Node loads, and as a module, which Vite prefers: two of it in one process do not know each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // A test that starts processes or fills a log needs up to half a minute on a slow and busy machine; one that hangs must not cost minutes.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is polled for comes within milliseconds, or on a busy machine within seconds.
    expect: { poll: { timeout: 15_000 } },
    // Each worker may hold a node, its sockets and its pools: more workers than two cores serve only wait for each other. A third was tried: 809 s in place of some 830,
    // and a wait that ran out.
    maxWorkers: 2,
    // Files share their worker's modules: without, each would load and warm up all of the server again, a quarter of the whole run.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded',
          include: ['test/**/*.test.ts'],
          exclude: [...onReal, ...inBrowser],
          provide: { stores: 'embedded' },
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: [...onReal, 'test/api/**/*.test.ts'],
          // What operators get wrong is refused before any store is asked. These are a thousand tests, and once is enough.
          exclude: [...inBrowser, 'test/api/admin-bad-input.test.ts'],
          globalSetup: 'test/support/real.setup.ts',
          provide: { stores: 'real' },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: inBrowser,
          // After the others: a browser wants both cores for itself.
          sequence: { groupOrder: 1 },
          globalSetup: 'test/support/browser.setup.ts',
          provide: { stores: 'embedded' },
        },
      },
    ],
  },
});
