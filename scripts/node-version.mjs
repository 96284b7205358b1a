// Runs on whatever Node is at hand, so nothing newer than Node 12 may stand here.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  process.stderr.write(
    'MPIM needs Node 22.18 or newer and this is ' +
      process.version +
      '. npm brings a newer one unless its install scripts were blocked: run `npm rebuild node`, or install Node 24.\n',
  );
  process.exit(1);
}
