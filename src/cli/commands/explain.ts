import { explanation } from '../../checks/explain.ts';
import { type Code, codes } from '../../codes.ts';
import { UsageError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { specJsonSchema } from '../../spec/json-schema.ts';
import { type DefineCommand, intro } from '../command.ts';
import { checksPage } from '../pages.ts';
import type { ExitCode, Session } from '../session.ts';
import { keyPage } from '../spec-keys.ts';
import { table } from '../ui/table.ts';

export const define: DefineCommand = (command, session) =>
  command
    .argument('[what]', 'the code of a finding, or a key of the spec')
    .addHelpText(
      'before',
      intro('Explains a finding: what it means, why it matters, what to do. Or a key of the spec.', [
        ['aegis-xc explain', 'all codes'],
        ['aegis-xc explain AXC1102', 'the finding of this code'],
        ['aegis-xc explain services.providers', 'a key, and the keys below it'],
      ]),
    )
    .action(session.runs((what: string | undefined) => explain(what, session)));

function explain(what: string | undefined, { print, paint }: Session): ExitCode {
  if (what === undefined) print(table(['CODE', 'FINDING'], Object.entries(codes)));
  else if (/^axc/i.test(what)) print(codePage(what.toUpperCase()));
  else if (/^\d+$/.test(what)) print(codePage(`AXC${what}`));
  else print(keyPage(specJsonSchema(), what, paint));
  return 0;
}

function codePage(code: string): string {
  const page = isCode(code) ? explanation(checksPage, code) : undefined;
  if (page !== undefined) return page;
  const close = nearest(code, Object.keys(codes));
  throw new UsageError(
    `There is no finding ${code}.`,
    close === undefined
      ? '`aegis-xc explain` lists them all.'
      : `Did you mean ${close}? \`aegis-xc explain\` lists them all.`,
  );
}

const isCode = (text: string): text is Code => text in codes;
