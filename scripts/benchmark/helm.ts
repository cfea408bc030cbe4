import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const version = 'v4.2.4';

/** helm, built from its Go module into a cache outside the checkout; `undefined`, with a word why, where that can't be done. */
export async function buildHelm(say: (text: string) => void): Promise<string | undefined> {
  const folder = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'aegis-xc',
    'benchmark',
    `helm-${version}`,
  );
  const helm = join(folder, 'helm');
  if (existsSync(helm)) return helm;
  say(`building helm ${version}, once; this takes minutes`);
  mkdirSync(folder, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' };
    execFileSync('go', ['install', '-trimpath', `helm.sh/helm/v4/cmd/helm@${version}`], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return helm;
  } catch (error) {
    say(`NOT RUN: helm could not be built (${error instanceof Error ? error.message.split('\n')[0] : error})`);
    return undefined;
  }
}
