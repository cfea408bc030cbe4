import { dump } from 'js-yaml';
import type { Json } from '../json.ts';

/** One YAML document; the same value gives the same bytes. */
export const toYaml = (value: Json): string => dump(value, { lineWidth: -1, noRefs: true });

/** A stream of documents, as `kubectl apply -f -` takes it. Two streams put together are one, too. */
export const toYamlStream = (values: readonly Json[]): string =>
  values.map((value) => `---\n${toYaml(value)}`).join('');
