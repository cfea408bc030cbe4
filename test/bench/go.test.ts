import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findGo } from './go.ts';

describe('a machine whose PATH has', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aegis-xc-go-'));
    vi.stubEnv('PATH', folder);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  /** A program that answers `go env` like the given version. */
  async function installGo(version: string): Promise<void> {
    const answer = JSON.stringify({ GOVERSION: version, GOOS: 'linux', GOARCH: 'amd64' });
    await writeFile(join(folder, 'go'), `#!/bin/sh\necho '${answer}'\n`);
    await chmod(join(folder, 'go'), 0o755);
  }

  test('no Go is told which version to install', async () => {
    const failure = findGo(folder, '1.26.0');
    await expect(failure).rejects.toThrow(
      'with Go 1.26.0 or newer, but there is no `go` on the PATH.\nInstall it from',
    );
  });

  test('a Go that fails is told why', async () => {
    await writeFile(join(folder, 'go'), '#!/bin/sh\necho "go: toolchain not available" >&2\nexit 1\n');
    await chmod(join(folder, 'go'), 0o755);
    await expect(findGo(folder, '1.26.0')).rejects.toThrow('go: toolchain not available');
  });

  test.for(['go1.25.7', 'go1.9', 'go1.21'])('%s is told that it is too old', async (version) => {
    await installGo(version);
    await expect(findGo(folder, '1.26.0')).rejects.toThrow(`Go 1.26.0 or newer, but this is ${version}`);
  });

  test.for(['go1.26.0', 'go1.26.8', 'go1.27rc1', 'go2.0', 'devel go1.27-abcdef'])('%s may build', async (version) => {
    await installGo(version);
    expect(await findGo(folder, '1.26.0')).toEqual({ version, platform: 'linux/amd64' });
  });
});
