import { readFileSync } from 'node:fs';

/** Of package.json; the build puts its value in the place of this module. */
export const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
