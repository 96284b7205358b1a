import { runAdmin } from './admin/run.ts';

// The operators' command line: `npm run admin -- …`. Works on the system that the environment names, whether its nodes run or not.

process.exitCode = await runAdmin(process.argv.slice(2), { env: process.env, output: process.stdout, errors: process.stderr });
