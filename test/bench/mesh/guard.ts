import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './shell.ts';
import { folderPrefix, type Ground } from './topology.ts';

/** Removes the mesh bench when it is told to, or when this process dies. */
export interface Guard {
  tidyUp(): Promise<void>;
}

/** Makes the folder of a bench, and a shell that waits for the end of this process. */
export async function standGuard({ id, folder }: Ground): Promise<Guard> {
  await mkdir(join(folder, 'pids'), { recursive: true });
  await writeFile(join(folder, ownerFile), identityOf(process.pid) ?? '');
  const shell = spawn('sh', [tidy, id, folder, 'wait'], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  letGo(shell);
  return {
    tidyUp: async () => {
      shell.ref();
      const exit = once(shell, 'exit');
      shell.stdin.end();
      await exit;
      if (existsSync(folder)) await must(['sh', tidy, id, folder]);
    },
  };
}

/** Removes what is left of benches whose process is gone and whose guard is gone as well, as after `kill -9` of all. */
export async function tidyAfterOthers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(folderPrefix)) continue;
    const folder = join(tmpdir(), name);
    if (isOwned(folder)) continue;
    await must(['sh', tidy, name.slice(folderPrefix.length), folder]).catch(() => {}); // its guard may be at it just now
  }
}

/** Whether the process that started the bench is still there; one that has just begun has not signed yet. */
export function isOwned(folder: string): boolean {
  const owner = read(join(folder, ownerFile));
  if (owner === undefined || owner === '') return Date.now() - statSync(folder).mtimeMs < 60_000;
  return identityOf(Number(owner.split(' ')[0])) === owner;
}

/** `4711 82663`: a pid alone may belong to another process by now. */
export function identityOf(pid: number): string | undefined {
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return fields && `${pid} ${fields[19]}`;
}

const tidy = join(import.meta.dirname, 'tidy.sh');
const ownerFile = 'owner';

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A bench that nobody stops must not keep its process from ending. */
function letGo(child: ChildProcess): void {
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
}
