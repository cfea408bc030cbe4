import { parseCel } from '../../../objects/cel/parse.ts';
import type { Field } from '../../../objects/field.ts';
import { numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import { attachment } from './selectors.ts';

/** `ValidateTelemetry`. */
export function* telemetry(spec: Field): Generator<Said> {
  yield* attachment(spec);
  for (const metrics of spec.at('metrics').items) {
    yield* providers(metrics);
    for (const override of metrics.at('overrides').items) yield* metricOverride(override);
  }
  const tracing = spec.at('tracing').items;
  if (tracing.length > 1) yield warning(spec.at('tracing'), 'multiple tracing is not currently supported');
  for (const one of tracing) yield* tracingProblems(one);
  for (const logging of spec.at('accessLogging').items) {
    yield* filter(logging.at('filter'));
    yield* providers(logging);
  }
}

function* providers(of: Field): Generator<Said> {
  const nameless = of.at('providers').items.find((provider) => textOf(provider.at('name')) === '');
  if (nameless) yield refusal(nameless, 'providers.name may not be empty');
}

function* metricOverride(override: Field): Generator<Said> {
  for (const [name, tag] of override.at('tagOverrides').entries) {
    if (name === '') yield warning(tag, 'tagOverrides.name may not be empty');
    const [operation, value] = [textOf(tag.at('operation')) || 'UPSERT', textOf(tag.at('value'))];
    if (operation === 'UPSERT' && value === '') {
      yield refusal(tag, 'tagOverrides.value must be set when operation is UPSERT');
    }
    if (operation === 'REMOVE' && value !== '') {
      yield refusal(tag.at('value'), 'tagOverrides.value may only be set when operation is UPSERT');
    }
  }
  const custom = override.at('match', 'customMetric');
  if (custom.text === '') yield refusal(custom, 'customMetric may not be empty');
}

const tagKinds = { literal: 'value', header: 'name', environment: 'name' } as const;

function* tracingProblems(tracing: Field): Generator<Said> {
  if (tracing.at('providers').items.length > 1) {
    yield warning(tracing.at('providers'), 'multiple providers is not currently supported');
  }
  yield* providers(tracing);
  const sampling = tracing.at('randomSamplingPercentage');
  if (numberOf(sampling) < 0 || numberOf(sampling) > 100) {
    yield refusal(sampling, 'randomSamplingPercentage must be in range [0.0, 100.0]');
  }
  for (const [name, tag] of tracing.at('customTags').entries) {
    if (name === '') yield refusal(tag, 'tag name may not be empty');
    for (const [kind, key] of Object.entries(tagKinds)) {
      if (!tag.at(kind).isSet || textOf(tag.at(kind, key)) !== '') continue;
      yield refusal(tag, `${kind} tag ${key} may not be empty`);
    }
  }
}

/** The filter is an expression in CEL over attributes of Envoy; only its syntax can be told here. */
function* filter(field: Field): Generator<Said> {
  const expression = textOf(field.at('expression'));
  if (!field.isSet) return;
  try {
    parseCel(expression);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    yield refusal(field.at('expression'), `must be a valid CEL expression, ${error.message}`);
  }
}
