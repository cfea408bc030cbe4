import { readFileSync } from 'node:fs';

/** The page that `explain` reads from. The build puts its text in the place of this module. */
export const checksPage: string = readFileSync(new URL('../../docs/checks.md', import.meta.url), 'utf8');
