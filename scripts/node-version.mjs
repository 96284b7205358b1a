// Runs on whatever Node is at hand: nothing newer than Node 14 may stand here.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `MPIM needs Node 22.18 or newer and this is ${process.version}. npm brings a newer one along unless its install scripts were blocked: run \`npm rebuild node\`, or install Node 24.\n`,
  );
  process.exit(1);
}
