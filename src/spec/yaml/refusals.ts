import { didYouMean } from '../../nearest.ts';
import { show } from '../show.ts';
import type { Said } from './problem.ts';
import { templateProblem } from './scalars.ts';
import { limits } from './scan.ts';

/** What YAML allows and a spec does not, and what YAML itself refuses: the words for it. */

export function refusedKey(name: string): Said | undefined {
  if (name === '<<') return mergeKey;
  return reserved.includes(name)
    ? { code: 'AXC1012', message: `the reserved key "${name}"`, hint: 'choose another name' }
    : templateProblem(name);
}

const reserved = ['__proto__', 'constructor', 'prototype'];

const mergeKey: Said = {
  code: 'AXC1011',
  message: 'the merge key "<<"',
  hint: 'merge keys are not supported: repeat the keys, or give a whole value an alias',
};

export const emptyKey: Said = {
  code: 'AXC1014',
  message: 'there is no key before the ":"',
  hint: 'write `key: value`',
};

export const complexKey: Said = { code: 'AXC1014', message: 'a key has to be plain text', hint: 'write `key: value`' };

export const tooManyKeys: Said = {
  code: 'AXC1013',
  message: `more than ${limits.keysPerMap} keys in one map`,
  hint: 'split a federation of this size into several',
};

/** Without a line when both are on the same. */
export const duplicateKey = (name: string, lineOfFirst: number | undefined): Said => ({
  code: 'AXC1004',
  message: `the key ${show(name)} twice in one map: the first is on ${lineOfFirst === undefined ? 'the same line' : `line ${lineOfFirst}`}`,
  hint: 'remove one of them',
});

export const refusedTag = (tag: string): Said => ({
  code: 'AXC1009',
  message: `the tag ${show(tag)}`,
  hint: 'tags are not allowed: leave it out, and put text in quotes',
});

const aliasLimits = `at most ${limits.aliases} aliases, and ${limits.entries} entries when all of them are written out`;

export const tooManyAliases: Said = {
  code: 'AXC1010',
  message: `more than ${limits.aliases} aliases`,
  hint: aliasLimits,
};

export const aliasBomb: Said = {
  code: 'AXC1010',
  message: 'the aliases multiply the file beyond its limit',
  hint: aliasLimits,
};

export function unknownAlias(name: string, anchors: Iterable<string>): Said {
  const hint = didYouMean(name, anchors);
  const message = `the alias ${show(`*${name}`)} stands for nothing: no "&" of this name is before it`;
  return { code: 'AXC1010', message, ...(hint !== undefined && { hint }) };
}

export const recursiveAlias = (name: string): Said => ({
  code: 'AXC1010',
  message: `the alias ${show(`*${name}`)} contains itself`,
  hint: 'write the value out',
});
