import { readFileSync } from 'node:fs';

const read = (file: string): string => readFileSync(new URL(`shells/${file}`, import.meta.url), 'utf8');

/** What each shell has to know. The build puts the texts in the place of this module. */
export const scripts: Readonly<Record<string, string>> = {
  bash: read('bash.sh'),
  zsh: read('zsh.sh'),
  fish: read('fish.fish'),
  powershell: read('powershell.ps1'),
};
