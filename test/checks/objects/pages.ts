import { readFileSync } from 'node:fs';
import { explanation } from '../../../src/checks/explain.ts';

const text = readFileSync(new URL('../../../docs/checks.md', import.meta.url), 'utf8');

export interface PageExamples {
  readonly wrong: string | Readonly<Record<string, string>>;
  readonly right: string | Readonly<Record<string, string>>;
}

/** The two examples of a code's page; undefined where the page has others. */
export function pageExamples(code: string): PageExamples | undefined {
  const page = explanation(text, code) ?? '';
  const [wrong, right] = ['Wrong', 'Right'].map((word) => block(page, word));
  return wrong === undefined || right === undefined ? undefined : { wrong: byCluster(wrong), right: byCluster(right) };
}

const block = (page: string, word: string): string | undefined =>
  new RegExp(`^${word}:\\n\\n\`\`\`yaml\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1];

/** What stands below `# in cluster-a` is of that cluster. */
function byCluster(yaml: string): PageExamples['wrong'] {
  const parts = yaml.split(/^# in (\S+)\n/m);
  if (parts.length === 1) return yaml;
  const texts: Record<string, string> = {};
  for (let index = 1; index < parts.length; index += 2) texts[parts[index] ?? ''] = parts[index + 1] ?? '';
  return texts;
}
