import { readFileSync } from 'node:fs';

// Loaded into a node before anything else (NODE_OPTIONS=--import). At every SIGUSR2 the wall clock jumps by the offset in the file that
// CLOCK_FILE names, in ms from the real clock. Timers go on unchanged, as when a machine's clock is set.

const file = process.env['CLOCK_FILE'];
const RealDate = Date;
let offsetMs = 0;

class ShiftedDate extends RealDate {
  constructor(...args: readonly unknown[]) {
    if (args.length === 0) super(RealDate.now() + offsetMs);
    else super(...(args as [number]));
  }
  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

if (file !== undefined) {
  globalThis.Date = ShiftedDate as DateConstructor;
  process.on('SIGUSR2', () => {
    offsetMs = Number(readFileSync(file, 'utf8'));
  });
}
