import { codePoint } from '../show.ts';
import type { Range } from './lines.ts';
import { type Problem, type Said, secondDocument } from './problem.ts';
import { replaceTabs } from './tabs.ts';

export const limits = {
  bytes: 8 * 1024 * 1024,
  /** Keys and list entries in all, aliases repeated; 10,000 services have about half of it. */
  entries: 500_000,
  keysPerMap: 20_000,
  depth: 50,
  aliases: 100,
  /** Of one kind of work; whoever has more has a broken generator. */
  findings: 1000,
} as const;

/** What YAML gets to see, and what was found before it. */
export interface Scanned {
  /** Without what YAML must not see. */
  readonly text: string;
  /** With the same places, but with all that was written. */
  readonly whole: string;
  /** As the user wrote it; nothing of a file that is too large to look at. */
  readonly original: string;
  readonly problems: readonly Problem[];
  /** Where a character was replaced: what it stands in is not what was meant. */
  readonly spoiled: readonly Range[];
  readonly shifts: ReadonlyMap<number, number>;
  /** Nothing more is to be done with this text. */
  readonly hopeless: boolean;
}

/**
 * Looks at the bare text: its size, characters that no YAML may have, directives, further documents and tabs. All of them
 * are taken out of the text that it returns, and each leaves its finding.
 */
export function scan(original: string): Scanned {
  const tooLarge = sizeProblem(original);
  if (tooLarge) return { ...hopeless, whole: '', original: '', problems: [tooLarge] };
  const noText = encodingProblem(original);
  // Secrets are looked for all the same.
  if (noText) return { ...hopeless, whole: original, original, problems: [noText] };
  // The first step is the only one that moves anything, so that the places of the others are those of the result.
  const tabs = replaceTabs(original);
  const characters = replaceCharacters(tabs.text);
  const directives = replaceDirectives(characters.text);
  const document = firstDocument(directives.text);
  return {
    text: document.text,
    whole: tabs.text,
    original,
    problems: [tabs, characters, directives, document].flatMap((step) => step.problems),
    spoiled: characters.spoiled,
    shifts: tabs.shifts,
    hopeless: tabs.hopeless || characters.hopeless || directives.hopeless,
  };
}

const hopeless = { text: '', spoiled: [], shifts: new Map<number, number>(), hopeless: true } as const;

function sizeProblem(text: string): Problem | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.bytes) {
    return {
      code: 'AXC1001',
      message: `the file has ${(bytes / 1024 / 1024).toFixed(1)} MiB, the limit is ${limits.bytes / 1024 / 1024} MiB`,
      hint: 'is it a spec? Split a federation of this size into several',
      start: 0,
      end: 1,
    };
  }
  const entries = countEntries(text);
  if (entries <= limits.entries) return undefined;
  return {
    code: 'AXC1001',
    message: `the file has about ${entries} keys and list entries, the limit is ${limits.entries}`,
    hint: 'split a federation of this size into several',
    start: 0,
    end: 1,
  };
}

/** Of a file that is no text at all one thing is said, instead of one for each character. */
export function encodingProblem(text: string): Problem | undefined {
  const sample = text.slice(0, 4096);
  const strange = sample.match(foreign)?.length ?? 0;
  if (strange < 10 || strange < sample.length / 10) return undefined;
  // Letters of two bytes each, of which one is zero.
  const isWide = /^\ufffd{0,2}(?:(?:[^\0]\0){5}|(?:\0[^\0]){5})/.test(sample);
  return {
    code: 'AXC1008',
    message: isWide ? 'this is UTF-16' : 'this is not text in UTF-8',
    hint: isWide ? 'save the file as UTF-8' : 'is it the right file? If it is, save it as UTF-8 text',
    start: 0,
    end: 1,
  };
}

/** An upper bound, cheap to get: every entry of a map or list has one of these. */
function countEntries(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    const next = text.charCodeAt(index + 1);
    const counts =
      character === comma || character === question || ((character === colon || character === dash) && !(next > 32));
    if (counts || character === bracket || character === brace) count++;
  }
  return count;
}
const [comma, colon, dash, question, bracket, brace] = [0x2c, 0x3a, 0x2d, 0x3f, 0x5b, 0x7b];

/** https://yaml.org/spec/1.2.2/#51-character-set; a replacement character is what is left of a file in another encoding. */
const foreign = /(?![\t\n\r\x85])\p{Cc}|[\ufeff\ufffd-\uffff]|\p{Cs}/gu;

function replaceCharacters(text: string) {
  const found = text.matchAll(foreign);
  const spoiled: Range[] = [];
  const pieces: string[] = [];
  let done = 0;
  for (const { index } of found) {
    spoiled.push({ start: index, end: index + 1 });
    pieces.push(text.slice(done, index));
    done = index + 1;
    if (spoiled.length > mostForeign) break;
  }
  const problems = spoiled
    .slice(0, shown)
    .map((range) => ({ ...characterProblem(text.charAt(range.start)), ...range }));
  return { text: [...pieces, text.slice(done)].join('x'), problems, spoiled, hopeless: spoiled.length > mostForeign };
}

/** A file in another encoding is full of them, and one with more is no text at all. */
const shown = 10;
const mostForeign = 1000;

function characterProblem(character: string): Said {
  const decoded = character === '\ufffd' || character === '\0';
  return {
    code: 'AXC1008',
    message: `the character ${codePoint(character)} does not belong in a spec`,
    hint: decoded ? 'save the file as UTF-8 text' : 'delete it: it may be invisible in your editor',
  };
}

/** Lines that begin with `%`, before the first that has content. */
function replaceDirectives(text: string) {
  const content = /^(?![ \t]*(?:#|\r?$)|%)./m.exec(text)?.index ?? text.length;
  const problems: Problem[] = [];
  const pieces: string[] = [];
  let done = 0;
  for (const { 0: line, index } of text.slice(0, content).matchAll(/^%.*/gm)) {
    problems.push({ ...directive, start: index, end: index + line.length });
    pieces.push(text.slice(done, index), ' '.repeat(line.length));
    done = index + line.length;
    if (problems.length === shown) break;
  }
  return { text: pieces.join('') + text.slice(done), problems, hopeless: problems.length === shown };
}

const directive: Said = {
  code: 'AXC1007',
  message: 'a directive: a line that begins with "%"',
  hint: 'leave it out: a spec is one YAML 1.2 document without directives',
};

/** `---` at the margin begins a document wherever it stands; the first may have one before it. */
function firstDocument(text: string): { text: string; problems: Problem[] } {
  const marks = text.matchAll(/^---(?=\s|$)/gm);
  const first = marks.next().value;
  if (first === undefined) return { text, problems: [] };
  const second = onlyComments(text.slice(0, first.index)) ? marks.next().value : first;
  if (second === undefined) return { text, problems: [] };
  const problem = { ...secondDocument, start: second.index, end: second.index + 3 };
  return { text: text.slice(0, second.index), problems: [problem] };
}

const onlyComments = (text: string): boolean => !/^(?![ \t]*(?:#|\r?$))./m.test(text);
