import { type Problem, type Said, secondDocument } from './problem.ts';
import { codePoint } from './show.ts';
import { replaceTabs } from './tabs.ts';

export const limits = {
  bytes: 8 * 1024 * 1024,
  /** Keys and list entries in all, aliases repeated; 10,000 services have about half of it. */
  entries: 500_000,
  keysPerMap: 20_000,
  depth: 50,
  aliases: 100,
} as const;

/** What YAML gets to see, and what was found before it. */
export interface Scanned {
  readonly text: string;
  readonly problems: readonly Problem[];
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
  if (tooLarge) return { text: '', problems: [tooLarge], shifts: new Map(), hopeless: true };
  const characters = replaceCharacters(original);
  const directives = replaceDirectives(characters.text);
  const documents = firstDocument(directives.text);
  const tabs = replaceTabs(documents.text);
  const problems = [characters, directives, documents, tabs].flatMap((step) => step.problems);
  return { text: tabs.text, problems, shifts: tabs.shifts, hopeless: false };
}

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

function replaceCharacters(text: string): { text: string; problems: Problem[] } {
  const problems: Problem[] = [];
  const cleaned = text.replace(foreign, (character, index: number) => {
    if (problems.length < 10) problems.push({ ...characterProblem(character), start: index, end: index + 1 });
    return '?';
  });
  return { text: cleaned, problems };
}

function characterProblem(character: string): Said {
  const decoded = character === '\ufffd' || character === '\0';
  return {
    code: 'AXC1008',
    message: `the character ${codePoint(character)} does not belong in a spec`,
    hint: decoded ? 'save the file as UTF-8 text' : 'delete it: it may be invisible in your editor',
  };
}

function replaceDirectives(text: string): { text: string; problems: Problem[] } {
  const problems: Problem[] = [];
  const head = /^(?:[ \t]*(?:#.*)?\r?\n|%.*(?:\r?\n|$))*/.exec(text)?.[0] ?? '';
  const cleaned = head.replace(/^%.*$/gm, (line, index: number) => {
    problems.push({
      code: 'AXC1007',
      message: `the directive ${JSON.stringify(line.slice(0, 40))}`,
      hint: 'leave it out: a spec is one YAML 1.2 document without directives',
      start: index,
      end: index + line.length,
    });
    return ' '.repeat(line.length);
  });
  return { text: cleaned + text.slice(head.length), problems };
}

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

const onlyComments = (text: string): boolean => text.split('\n').every((line) => /^\s*(?:#|$)/.test(line));
