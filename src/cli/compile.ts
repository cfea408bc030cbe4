import { readFile } from 'node:fs/promises';
import { hasErrors } from '../diagnostics.ts';
import { SpecError, UsageError } from '../errors.ts';
import { type Compiled, compile } from '../pipeline.ts';
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
    throw cannotRead(file, error);
  }
}

async function fromStdin(stdin: NodeJS.ReadStream): Promise<string> {
  if (stdin.isTTY) throw new UsageError('-f - reads the spec from stdin, but stdin is the terminal.');
  const { text } = await import('node:stream/consumers');
  return text(stdin);
}

function cannotRead(file: string, error: unknown): UsageError {
  const { code, message } = error as NodeJS.ErrnoException; // What readFile rejects with.
  if (code === 'ENOENT') {
    return new UsageError(`There is no file ${file}.`, 'Name the spec with -f, or write one with `aegis-xc init`.');
  }
  if (code === 'EISDIR')
    return new UsageError(`${file} is a folder.`, `Name the spec in it: -f ${file}/federation.yaml`);
  return new UsageError(`${file} can't be read: ${message}`);
}
