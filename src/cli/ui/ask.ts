import { createInterface } from 'node:readline';
import { UsageError } from '../../errors.ts';

/** Questions at a terminal. They go to stderr, for stdout is the result. */
export interface Questions {
  /** Asks again until `check` has nothing to say; an empty answer is the proposal. */
  text(question: string, proposal: string, check?: (answer: string) => string | undefined): Promise<string>;
  /** One of several, by number or by name. */
  choice<Name extends string>(question: string, choices: Readonly<Record<Name, string>>): Promise<Name>;
  yes(question: string): Promise<boolean>;
}

interface Terminal {
  readonly stdin: NodeJS.ReadableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Ctrl-C rejects with an AbortError, Ctrl-D with a UsageError: either way `dialogue` gets no further. */
export async function ask<Result>(
  { stdin, stderr }: Terminal,
  dialogue: (questions: Questions) => Promise<Result>,
): Promise<Result> {
  const lines = createInterface({ input: stdin, output: stderr, terminal: true });
  let ended: Error = new UsageError('The input ended before the last question was answered.');
  lines.on('SIGINT', () => {
    ended = new DOMException('Ctrl-C', 'AbortError');
    lines.close();
  });
  // The iterator keeps lines that come before their question, as when somebody pastes them all.
  const answers = lines[Symbol.asyncIterator]();
  const answer = async (question: string): Promise<string> => {
    lines.setPrompt(question);
    lines.prompt();
    const { value, done } = await answers.next();
    if (!done) return value.trim();
    stderr.write('\n');
    throw ended;
  };
  try {
    return await dialogue(questionsOver(answer, (text) => void stderr.write(`${text}\n`)));
  } finally {
    lines.close();
  }
}

type Answer = (question: string) => Promise<string>;

function questionsOver(answer: Answer, tell: (text: string) => void): Questions {
  const text: Questions['text'] = async (question, proposal, check = () => undefined) => {
    const given = (await answer(`${question} [${proposal}]: `)) || proposal;
    const complaint = check(given);
    if (complaint === undefined) return given;
    tell(`  ${complaint}`);
    return text(question, proposal, check);
  };
  return {
    text,
    choice: async (question, choices) => {
      const names = keysOf(choices);
      const first = names[0] ?? '';
      tell(question);
      for (const [index, name] of names.entries()) tell(`  ${index + 1}  ${name.padEnd(20)} ${choices[name]}`);
      const nameOf = (given: string) => names.find((name, index) => given === name || given === `${index + 1}`);
      const given = await text('Number or name', first, (given) =>
        nameOf(given) === undefined ? `one of ${names.join(', ')}` : undefined,
      );
      const chosen = nameOf(given);
      if (chosen === undefined) throw new UsageError(`There is no choice "${given}".`);
      return chosen;
    },
    yes: async (question) => /^y(?:es)?$/i.test(await answer(`${question} [y/N]: `)),
  };
}

// `Object.keys` forgets the type of the keys.
const keysOf = <Name extends string>(record: Readonly<Record<Name, string>>): readonly Name[] =>
  Object.keys(record) as Name[];
