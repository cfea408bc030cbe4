import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrors } from '../diagnostics.ts';
import { SpecError, UsageError } from '../errors.ts';
import { type Compiled, compile } from '../pipeline.ts';
import { cannotRead } from './cannot-read.ts';
import type { Session } from './session.ts';
import { diagnosticsText } from './ui/diagnostics.ts';

/** The federation and its manifests, for commands that can't go on without; what the spec is warned of goes to stderr. */
export async function compileSpec(session: Session): Promise<Required<Compiled>> {
  const { federation, manifests, diagnostics, locate } = compile(await readSpec(session));
  if (federation === undefined || manifests === undefined || hasErrors(diagnostics)) throw new SpecError(diagnostics);
  if (diagnostics.length > 0) session.warn(diagnosticsText(diagnostics, session.paintTalk));
  return { federation, manifests, diagnostics, locate };
}

/** The spec's text, and the name that findings give it. */
export async function readSpec({ file, stdin }: Session): Promise<{ readonly file: string; readonly text: string }> {
  if (file === '-') return { file: '<stdin>', text: await fromStdin(stdin) };
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw cannotRead(file, error, {
      missing: 'Name the spec with -f, or write one with `aegis-xc init`.',
      folder: `Name the spec in it: -f ${join(file, 'federation.yaml')}`,
    });
  }
}

async function fromStdin(stdin: NodeJS.ReadStream): Promise<string> {
  if (stdin.isTTY) throw new UsageError('-f - reads the spec from stdin, but stdin is the terminal.');
  const { text } = await import('node:stream/consumers');
  return text(stdin);
}
