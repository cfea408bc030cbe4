import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';

export interface Toolchain {
  /** `go1.26.8` */
  readonly version: string;
  /** `linux/amd64` */
  readonly platform: string;
}

/** The Go that would build in `cwd`. A Go since 1.21 fetches a newer one by itself, unless GOTOOLCHAIN forbids it. */
export async function findGo(cwd: string, minimum: string): Promise<Toolchain> {
  const answer = await runGo(['env', '-json', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd }).catch((cause: unknown) => {
    throw isMissing(cause) ? noGo(minimum, 'there is no `go` on the PATH', cause) : noGo(minimum, String(cause), cause);
  });
  const { GOVERSION, GOOS, GOARCH } = goEnv.parse(JSON.parse(answer));
  if (isOlder(GOVERSION, minimum)) throw noGo(minimum, `this is ${GOVERSION}`);
  return { version: GOVERSION, platform: `${GOOS}/${GOARCH}` };
}

/**
 * Runs `go` with the settings of the bench and nothing of the user's: all builds share one compiled cache only when
 * their flags are the same. Yields stdout; `onLine` gets each line of stderr as it comes.
 */
export function runGo(
  args: readonly string[],
  { cwd, onLine = () => {} }: { cwd: string; onLine?: (line: string) => void },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' };
    const go = spawn('go', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const lastLines: string[] = [];
    let stdout = '';
    go.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    createInterface(go.stderr).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      onLine(line);
    });
    const stopWithUs = () => go.kill();
    process.once('exit', stopWithUs);
    go.once('error', reject);
    go.once('close', (code) => {
      process.off('exit', stopWithUs);
      if (code === 0) resolve(stdout);
      else reject(new Error(`go ${args[0]} failed (exit ${code}):\n${lastLines.join('\n')}`));
    });
  });
}

const goEnv = z.object({ GOVERSION: z.string(), GOOS: z.string(), GOARCH: z.string() });

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

function noGo(minimum: string, reason: string, cause?: unknown): Error {
  return new Error(
    `The test bench builds its API servers with Go ${minimum} or newer, but ${reason}.\n` +
      'Install it from https://go.dev/dl/ or with the package manager of your system, and see that `go version` answers.',
    { cause },
  );
}

/** `go1.26.8` or `go1.27rc1` against `1.26.0`. An unknown form, as of a development build, passes. */
function isOlder(version: string, minimum: string): boolean {
  const [have, want] = [numbers(version), numbers(minimum)];
  if (have === undefined || want === undefined) return false;
  const [major, minor, patch] = have;
  if (major !== want[0]) return major < want[0];
  return minor !== want[1] ? minor < want[1] : patch < want[2];
}

function numbers(version: string): [number, number, number] | undefined {
  const match = /^(?:go)?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}
