import { format } from 'node:util';
import type { Logger } from 'pino';

type Print = (...words: readonly unknown[]) => void;

/**
 * Makes lines of the log of what libraries print to the console, until it is disposed. The output of a node is read by programs, for which
 * a line that is no JSON is lost.
 */
export function logConsole(logger: Logger): Disposable {
  const { error, warn, info, log, debug } = console;
  const at =
    (level: 'error' | 'warn' | 'info'): Print =>
    (...words) =>
      logger[level](format(...words));
  Object.assign(console, { error: at('error'), warn: at('warn'), info: at('info'), log: at('info'), debug: at('info') });
  return { [Symbol.dispose]: () => void Object.assign(console, { error, warn, info, log, debug }) };
}
