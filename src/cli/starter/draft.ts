import type { Survey } from '../../clusters/survey.ts';
import { clusterText, haveEqualDomains } from './draft-cluster.ts';
import { bestProvider, moreServicesText, serviceText } from './draft-service.ts';
import { comment, todo } from './draft-text.ts';
import { modeline } from './text.ts';

export interface DraftWords {
  readonly name: string | undefined;
  readonly id: string;
}

/**
 * A spec from what is in the clusters: it is valid, and says of each value where it was found. What a cluster can't tell is marked
 * with TODO, and is harmless until somebody has filled it in: hosts that no resolver knows, callers that do not exist.
 */
export function draftText(surveys: readonly Survey[], { name, id }: DraftWords): string {
  const chosen = bestProvider(surveys);
  const lines = [
    modeline,
    `# Written from what is in ${surveys.map(({ context }) => comment(context)).join(', ')}.`,
    '# What they can not tell is marked with TODO: find it out, write it down, and remove the mark.',
    'apiVersion: aegis-xc.dev/v1alpha1',
    'kind: Federation',
    'metadata:',
    ...(name === undefined ? [todo(2, 'a name: those of all objects begin with it, so it can not change later')] : []),
    `  name: ${name ?? 'federation'}`,
    `  id: ${id}`,
    ...identityText(surveys),
    'clusters:',
    ...surveys.flatMap((survey) =>
      clusterText(survey, {
        provides: survey.cluster === chosen.cluster,
        others: surveys.filter((other) => other !== survey),
      }),
    ),
    'services:',
    ...serviceText(chosen, surveys),
    ...moreServicesText(chosen, surveys),
  ];
  return `${lines.join('\n')}\n`;
}

/** Meshes that were installed without a trust domain all have Istio's own. */
function identityText(surveys: readonly Survey[]): string[] {
  if (!haveEqualDomains(surveys)) return [];
  return [
    '# The meshes have one trust domain: `ns/shop/sa/frontend` of one is let in wherever that of another is.',
    todo(0, 'is that on purpose? Else give each mesh a `trustDomain` of its own (MeshConfig), and remove this line'),
    'identity: shared',
  ];
}
