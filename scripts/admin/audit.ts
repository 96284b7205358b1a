import { type AuditEntry, type AuditFilter, auditFormats, auditLines } from '../../src/audit/index.ts';
import type { Operator } from '../../src/open.ts';
import { type Commands, type Flags, found, listSize, moment, oneOf, table } from './command.ts';

const which = '[--actor HANDLE] [--action NAME] [--target KIND:KEY] [--from TIME] [--to TIME]';

/** Commands for the audit log. */
export const auditCommands: Commands = {
  'audit list': { words: [], looks: true, says: `lists what operators did, newest first; ${which} [--first N]`, run: list },
  'audit export': {
    words: [],
    looks: true,
    says: `exports the whole audit log, oldest first; ${which} [--format ${auditFormats.join('|')}]`,
    async run(operator, _words, flags) {
      const format = oneOf(auditFormats, flags.format ?? 'jsonl');
      return auditLines(operator.audit, await filterOf(operator, flags), format);
    },
  },
};

async function list(operator: Operator, _words: readonly string[], flags: Flags): Promise<string> {
  const page = { first: listSize(flags.first) };
  const { items, hasNextPage } = await operator.audit.list(await filterOf(operator, flags), page);
  if (items.length === 0) return 'No entries.';
  return [
    table([['TIME', 'WHO', 'FROM', 'WHAT', 'TARGET', 'OUTCOME', 'ARGUMENTS'], ...items.map(row)]),
    ...(hasNextPage ? ['… more with --first'] : []),
  ].join('\n');
}

function row({ at, actorName, origin, action, target, outcome, code, arguments: given }: AuditEntry): readonly string[] {
  return [at.toISOString(), actorName, origin, action, target ?? '', code === null ? outcome : `${outcome} ${code}`, given];
}

async function filterOf(operator: Operator, { actor, action, target, from, to }: Flags): Promise<AuditFilter> {
  return {
    actor: actor === undefined ? undefined : actor === 'command-line' ? 'COMMAND_LINE' : (await found(operator, actor)).id,
    ...{ action, target, from: from === undefined ? undefined : moment(from), to: to === undefined ? undefined : moment(to) },
  };
}
