import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { ImportStopped, type ImportSummary, sayFault } from '../../src/import/index.ts';
import { type Commands, counted, type Tell, UsageError } from './command.ts';

// How often progress is printed. An import may take hours.
const tellEveryMs = 5_000;

/** The command that imports a history. */
export const importCommands: Commands = {
  import: {
    words: ['FILE'],
    says: 'imports users, conversations and messages; [--check] [--skip-faulty] [--shift-times] [--unread] [--closed] [--source NAME] [--json]',
    looks: ({ check }) => check === true,
    async run({ imports, settings }, [file = ''], flags, note, tell) {
      // Applies the settings that were changed while nodes ran: lines are checked against them.
      await settings.list();
      const options = {
        ...{ source: flags.source, unread: flags.unread, closed: flags.closed },
        ...{ skipFaulty: flags['skip-faulty'], shiftTimes: flags['shift-times'] },
        onProgress: progressOf(tell),
        onFault: (fault: Parameters<typeof sayFault>[0]) => tell(sayFault(fault)),
      };
      try {
        const summary = await (flags.check ? imports.check : imports.run)(chunksOf(file), options);
        note({ after: summary });
        return flags.json ? JSON.stringify(summary) : inWords(summary, flags);
      } catch (error) {
        if (error instanceof ImportStopped) {
          note({ after: error.summary });
          if (!flags.check) tell(`Before the error. ${inWords(error.summary, { closed: true })}`);
        }
        throw error;
      }
    },
  },
};

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw new UsageError(`${resolve(file)} cannot be read: ${(error as Error).message}`);
  }
}

function progressOf(tell: Tell): (summary: ImportSummary) => void {
  const begunAt = performance.now();
  let toldAt = begunAt;
  return ({ lines, messages }) => {
    const now = performance.now();
    if (now - toldAt < tellEveryMs) return;
    toldAt = now;
    tell(`${counted(lines, 'line')}, ${counted(messages, 'message')}, ${Math.round((lines * 1_000) / (now - begunAt))} lines a second`);
  };
}

function inWords(
  { users, conversations, messages, reads, known, faulty, shifted, opened }: ImportSummary,
  { check = false, closed = false }: { readonly check?: boolean | undefined; readonly closed?: boolean | undefined },
): string {
  const parts = [counted(users, 'user'), counted(conversations, 'conversation'), counted(messages, 'message'), `${reads} read`];
  return [
    `${check ? 'To be stored' : 'Stored'}: ${parts.join(', ')}. Already known: ${known}. Skipped: ${faulty}.`,
    ...(shifted > 0 ? [`${counted(shifted, 'message')} shown later than sent.`] : []),
    ...(check || closed ? [] : [`Opened: ${counted(opened, 'conversation')}.`]),
  ].join('\n');
}
