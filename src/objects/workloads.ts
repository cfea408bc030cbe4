import { Field } from './field.ts';
import type { Located } from './located.ts';

/** A Pod, or what makes Pods. */
export interface Workload extends Located {
  readonly labels: ReadonlyMap<string, string>;
  readonly serviceAccount: string;
  readonly containerPorts: ReadonlySet<number>;
}

export function workloadOf(located: Located): Workload {
  const root = new Field(located.on.object);
  const pod = located.on.kind === 'Pod' ? root : root.at('spec', 'template');
  return {
    ...located,
    labels: pod.at('metadata', 'labels').labels,
    serviceAccount: pod.at('spec', 'serviceAccountName').text ?? pod.at('spec', 'serviceAccount').text ?? 'default',
    containerPorts: new Set(
      pod
        .at('spec', 'containers')
        .items.flatMap((container) =>
          container.at('ports').items.flatMap((port) => port.at('containerPort').number ?? []),
        ),
    ),
  };
}
