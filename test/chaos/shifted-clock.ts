import { readFileSync } from 'node:fs';

// Loaded into a node before anything else (NODE_OPTIONS=--import): its wall clock jumps to where the file named by CLOCK_FILE says, in ms
// from the real one, at every SIGUSR2. Timers go on as they do when somebody sets a machine's clock.

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
