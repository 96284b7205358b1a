import { ensurePrograms } from '../test/support/binaries.ts';

// Runs before the test runner, whose report would hide the line that says what to install.
try {
  ensurePrograms('mariadbd', 'mariadb-install-db', 'redis-server', 'openssl', 'nginx', 'chromium-headless-shell');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
