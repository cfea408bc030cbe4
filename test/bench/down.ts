/** `npm run bench:down`: asks the bench of `npm run bench:up` to end, and waits until it is gone. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { isLocked } from './lock.ts';
import { until } from './until.ts';
import { places } from './up-places.ts';

if (await isLocked(places.lock)) {
  await until('the start of the bench', async () => existsSync(places.folder));
  await writeFile(places.stop, '');
  await until('the end of the bench', async () => !(await isLocked(places.lock)));
  process.stdout.write('The bench is down.\n');
} else {
  await rm(places.folder, { recursive: true, force: true });
  process.stdout.write('No bench is up.\n');
}
