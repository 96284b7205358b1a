import { runAdmin } from './admin/run.ts';

// The operators' command line: `npm run admin -- …`. Works on the system that the environment names, whether its nodes run or not.

// The reader of a pipe has seen enough (`… | head`). What was asked is done by then: the output comes last.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runAdmin(process.argv.slice(2), { env: process.env, output: process.stdout, errors: process.stderr });
