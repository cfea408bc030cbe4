import { didYouMean } from '../../nearest.ts';
import { Field } from '../../objects/field.ts';
import { isJudged } from '../../objects/kinds.ts';
import { found, show } from '../../spec/show.ts';
import { defineObjectCheck, type ObjectFinding } from './object-check.ts';

type Said = Omit<ObjectFinding, 'code' | 'on'>;

/** What the API server asks of the metadata of every object: k8s.io/apimachinery/pkg/api/validation/objectmeta.go. */
export const metadataIsValid = defineObjectCheck({
  codes: ['AXC2011'],
  *find({ clusters }) {
    for (const on of clusters.flatMap(({ objects }) => objects)) {
      if (!isJudged(on)) continue;
      for (const said of problemsOf(new Field(on.object).at('metadata'))) yield { code: 'AXC2011', ...said, on };
    }
  },
});

function* problemsOf(metadata: Field): Generator<Said> {
  yield* nameProblems(metadata);
  for (const [key, field] of metadata.entries) {
    if (fields.has(key)) continue;
    const hint = didYouMean(key, fields);
    yield {
      message: `unknown field ${show(key)} in metadata`,
      ...(hint !== undefined && { hint }),
      field: field.path,
      mark: 'key',
    };
  }
  yield* keyProblems(metadata.at('labels'), labelValue);
  yield* keyProblems(metadata.at('annotations'), undefined);
}

const fields = new Set([
  ...['name', 'generateName', 'namespace', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'uid'],
  ...['resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
  ...['selfLink', 'managedFields'],
]);

function* nameProblems(metadata: Field): Generator<Said> {
  const [name, namespace] = [metadata.at('name'), metadata.at('namespace')];
  if (name.isSet || !metadata.at('generateName').isSet) yield* textProblems(name, subdomain);
  if (namespace.isSet) yield* textProblems(namespace, label);
}

interface Form {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly says: string;
}

const subdomain: Form = {
  pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
  longest: 253,
  says: 'small letters, digits, "-" and ".", with a letter or digit at both ends',
};
const label: Form = {
  pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  longest: 63,
  says: 'small letters, digits and "-", with a letter or digit at both ends',
};
const labelValue: Form = {
  pattern: /^(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?)?$/,
  longest: 63,
  says: 'letters, digits, "-", "_" and ".", with a letter or digit at both ends',
};

function* textProblems({ value, path }: Field, { pattern, longest, says }: Form): Generator<Said> {
  if (value === undefined || value === null || value === '') {
    yield { message: `${show(path.at(-1))} is missing in metadata`, field: path, mark: 'key' };
  } else if (typeof value !== 'string') {
    yield { message: `must be text; found ${found(value)}`, hint: 'put it in quotes', field: path };
  } else if (value.length > longest) {
    yield { message: `must have at most ${longest} characters; found ${value.length}`, field: path };
  } else if (!pattern.test(value)) {
    yield { message: `must be made of ${says}; found ${show(value)}`, field: path };
  }
}

/** Labels and annotations: their keys are alike, and all values are text. */
function* keyProblems(map: Field, value: Form | undefined): Generator<Said> {
  for (const [key, field] of map.entries) {
    const [name, prefix, ...more] = key.split('/').reverse();
    const isKey =
      name !== '' && name !== undefined && more.length === 0 && name.length <= 63 && labelValue.pattern.test(name);
    if (!isKey || (prefix !== undefined && (prefix.length > 253 || !subdomain.pattern.test(prefix)))) {
      yield {
        message: `must be a name, or a domain, "/" and a name; found ${show(key)}`,
        field: field.path,
        mark: 'key',
      };
    }
    if (field.value === null && !value) continue;
    if (value && field.text !== '') yield* textProblems(field, value);
    else if (typeof field.value !== 'string') {
      yield { message: `must be text; found ${found(field.value)}`, hint: 'put it in quotes', field: field.path };
    }
  }
}
