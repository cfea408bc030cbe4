import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** The first command of the README, on API servers of its own. */
test('npm run demo goes the whole road', () => {
  const { status, stdout, stderr } = spawnSync('node_modules/.bin/tsx', ['scripts/demo.ts'], { encoding: 'utf8' });
  expect(stderr).not.toContain('Error');
  expect(stdout.match(/is valid: \d+ objects for 2 clusters/g)).toHaveLength(4);
  expect(stdout).toContain('+ Gateway istio-system/shop-exports');
  expect(stdout).toMatch(/cluster-b .* in sync /);
  expect(stdout).toContain('cluster-a.example/ns/shop/sa/storefront');
  expect(stderr).toContain('0 writes');
  expect(stderr).toContain('Done: nothing of shop is left in cluster-a, cluster-b.');
  expect(status).toBe(0);
});
