import type { Json } from '../json.ts';
import type { Said } from '../spec/yaml/problem.ts';

/** The beginning of a Go template's action, as Helm has them. Braces alone may be JSON or Lua. */
const action =
  /\{\{-?\s*(?:[.$]|\/\*|(?:if|else|end|range|with|include|template|define|block|tpl|toYaml|default|required|quote|printf)\b)/;

export const templateIn = (text: string): number => text.search(action);

/** In a key or a value. */
export function holdsTemplate(value: Json | undefined): boolean {
  if (typeof value === 'string') return action.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, child]) => action.test(key) || holdsTemplate(child));
}

export const templateSaid: Said = {
  code: 'AXC1113',
  message: 'a template: what stands between {{ and }} has to be filled in first',
  hint: 'lint what it makes: `helm template CHART | aegis-xc lint -`',
};
