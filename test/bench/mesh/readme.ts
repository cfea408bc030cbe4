import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mesh } from './mesh.ts';
import type { Ran } from './shell.ts';

/** One command of a README and what came of it. */
export interface Followed extends Ran {
  readonly command: string;
}

export interface FollowOptions {
  /** Awaited before the first `aegis-xc apply`. */
  readonly beforeApply?: () => Promise<void>;
}

/**
 * Does what the README of an example says, command by command, as a reader would: `prod-a` is cluster-a, `kubectl exec` runs
 * in the pod, and a command that ends with `&` goes on until the last one is done. Throws when anything but an `exec` fails.
 */
export async function followReadme(
  mesh: Mesh,
  folder: string,
  { beforeApply = async () => {} }: FollowOptions = {},
): Promise<Followed[]> {
  const commands = commandsIn(await readFile(join(folder, 'README.md'), 'utf8'));
  const firstApply = commands.find((command) => command.startsWith('aegis-xc apply'));
  const behind = new AbortController();
  const outcomes: Promise<Followed>[] = [];
  for (const command of commands) {
    if (command === firstApply) await beforeApply();
    const inBackground = command.endsWith(' &');
    const words = wordsOf(command.replace(/ &$/, ''));
    const outcome = runWords(mesh, folder, words, inBackground ? behind.signal : undefined);
    outcomes.push(outcome.then((ran) => ({ command, ...ran })));
    await (inBackground ? sleep(2000) : outcome); // a reader takes a moment, too
  }
  behind.abort();
  return Promise.all(outcomes);
}

function commandsIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  return blocks
    .join('')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

async function runWords(mesh: Mesh, folder: string, [program, ...words]: string[], signal?: AbortSignal): Promise<Ran> {
  const args = words.map((word) =>
    word.replace(/^prod-([ab])$/, 'cluster-$1').replace(/^workloads\//, `${folder}/workloads/`),
  );
  if (program === 'aegis-xc') return mustSucceed(await mesh.cli(args, { cwd: folder }));
  if (program !== 'kubectl')
    throw new Error(`a README of an example says ${program}, which nobody has taught the tests`);
  const cluster = wordAfter(args, '--context');
  const end = args.indexOf('--');
  if (args.includes('exec')) {
    const app = (args[end - 1] ?? '').replace(/^deploy\//, '');
    return mesh.exec(cluster, { namespace: wordAfter(args, '-n'), app }, args.slice(end + 1), { signal });
  }
  return { code: 0, stdout: await mesh.kubectl(cluster, args), stderr: '' };
}

const wordAfter = (args: readonly string[], option: string): string => args[args.indexOf(option) + 1] ?? '';

function mustSucceed(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`aegis-xc ended with ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
  return ran;
}
