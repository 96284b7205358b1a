// Runs on whatever Node is installed: must not use anything newer than Node 14.
const oldest = 24; // the first that supports `await using` and strips types by itself
if (Number(process.versions.node.split('.')[0]) < oldest) {
  process.stderr.write(
    `MPIM needs Node ${oldest} or newer and this is ${process.version}. npm brings it along unless install scripts are blocked: run \`npm rebuild node --ignore-scripts=false\`, or install Node ${oldest}.\n`,
  );
  process.exit(1);
}
