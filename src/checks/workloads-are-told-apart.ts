import type { Path } from '../diagnostics.ts';
import { grouped } from '../objects/catalogue.ts';
import { LabelIndex, labelText, sortedLabelText } from '../objects/label-index.ts';
import { saidPorts } from '../spec/ports.ts';
import type { FederationSpec } from '../spec/schema.ts';
import { providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/**
 * Pods of two workloads have two of each policy: of two PeerAuthentications Istio takes the older one, and what one
 * AuthorizationPolicy leaves open (`otherPorts`, local callers) the other one can't close. Where both are about the same ports, that
 * is no loss: so it is with some of the pods that have a Service of their own.
 */
export const workloadsAreToldApart = defineCheck({
  evidence: 'spec',
  codes: ['AXC1230'],
  *find(spec) {
    for (const neighbours of grouped(workloadsOf(spec), ({ place }) => place).values()) {
      const index = new LabelIndex(neighbours);
      for (const narrow of neighbours) {
        const wide = index.within(narrow.labels).find((one) => one !== narrow && differ(one.ports, narrow.ports));
        if (wide === undefined) continue;
        yield {
          code: 'AXC1230',
          message: `"${wide.service}" selects them, too (${labelText(wide.labels)}), and has other ports: ${textOf(wide)}, not ${textOf(narrow)}`,
          hint: 'pods have one policy: give both services the same `workload`, or labels that tell their pods apart',
          at: narrow.at,
          looksAt: [...wide.looksAt, ...narrow.looksAt],
        };
      }
    }
  },
});

/** Pods behind one or more services. */
interface SaidWorkload {
  /** Cluster and Namespace. */
  readonly place: string;
  readonly labels: ReadonlyMap<string, string>;
  /** The first that has them. */
  readonly service: string;
  readonly at: Path;
  readonly ports: ReadonlySet<number | undefined>;
  readonly looksAt: readonly Path[];
}

function workloadsOf(spec: FederationSpec): SaidWorkload[] {
  const shares = servicesOf(spec).flatMap((named) =>
    providersOf(named).map(({ cluster, provider, at }) => ({
      place: `${cluster}/${provider.namespace}`,
      labels: new Map(Object.entries(provider.workload)),
      service: named.name,
      at: [...at, 'workload'],
      ports: saidPorts(named.service).map(({ targetPort }) => targetPort),
      looksAt: [
        [...at, 'namespace'],
        [...at, 'workload'],
        [...at, 'workload', '*'],
        ...saidPorts(named.service).flatMap((port) =>
          ['number', 'targetPort', '*'].map((key) => [...named.at, ...port.at, key]),
        ),
        ...['preset', 'ports', '*'].map((key) => [...named.at, key]),
      ],
    })),
  );
  return [...grouped(shares, ({ place, labels }) => `${place}/${sortedLabelText(labels)}`).values()].flatMap(
    ([first, ...others]) =>
      first
        ? [
            {
              ...first,
              ports: new Set([first, ...others].flatMap(({ ports }) => ports)),
              looksAt: [first, ...others].flatMap(({ looksAt }) => looksAt),
            },
          ]
        : [],
  );
}

/** For certain: what is not said is no port yet. */
const differ = (some: SaidWorkload['ports'], others: SaidWorkload['ports']): boolean =>
  !some.has(undefined) &&
  !others.has(undefined) &&
  (some.size !== others.size || [...some].some((port) => !others.has(port)));

const textOf = ({ ports }: SaidWorkload): string => [...ports].join(', ');
