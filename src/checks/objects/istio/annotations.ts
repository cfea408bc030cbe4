import { Field } from '../../../objects/field.ts';
import type { SourcedObject } from '../../../objects/object-set.ts';
import { refusal, type Said } from '../said.ts';

export const annotationOf = (on: SourcedObject, name: string): string | undefined =>
  new Field(on.object).at('metadata', 'annotations', name).text;

/** `validateMetadata`: annotations that are Istio's own, or that only one kind has. */
export function* annotationProblems(on: SourcedObject): Generator<Said> {
  const annotations = new Field(on.object).at('metadata', 'annotations');
  if (annotations.at('istio.io/dry-run').isSet && on.kind !== 'AuthorizationPolicy') {
    const message = `${on.namespace ?? ''}/${on.name} has unsupported annotation istio.io/dry-run, please remove the annotation`;
    yield refusal(annotations.at('istio.io/dry-run'), message);
  }
  if (annotations.at('internal.istio.io/webhook-always-reject').isSet) {
    const name = 'internal.istio.io/webhook-always-reject';
    yield refusal(annotations.at(name), `"${name}" annotation found, rejecting`);
  }
  for (const name of ['internal.istio.io/parents', 'internal.istio.io/parent-namespace']) {
    if (annotations.at(name).isSet) {
      yield refusal(annotations.at(name), `"${name}" annotation found, this may not be set by users`);
    }
  }
}
