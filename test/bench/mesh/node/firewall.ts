import * as z from 'zod';
import { findPods, type PodPlace } from '../pods.ts';
import { must } from '../shell.ts';
import type { NodeContext } from './context.ts';
import { watchObjects } from './watch.ts';

/** Enforces NetworkPolicies, as the network plug-in of a cluster does. */
export interface Firewall {
  /** For all pods that there are by now. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Only what comes in, and of the peers only address ranges: a policy with another kind of peer lets none of those in. */
const policySchema = z.object({
  metadata: z.object({ uid: z.string(), namespace: z.string() }),
  spec: z.object({
    podSelector: z.object({ matchLabels: z.record(z.string(), z.string()).default({}) }),
    ingress: z
      .array(
        z.object({
          from: z.array(z.object({ ipBlock: z.object({ cidr: z.string() }).optional() })).optional(),
          ports: z
            .array(
              z.object({
                protocol: z.string().default('TCP'),
                port: z.number().optional(),
                endPort: z.number().optional(),
              }),
            )
            .optional(),
        }),
      )
      .default([]),
  }),
});
type Policy = z.infer<typeof policySchema>;
type Rule = Policy['spec']['ingress'][number];

export function keepFirewall({ site, access }: NodeContext): Firewall {
  const policies = new Map<string, Policy>();
  const applied = new Map<string, string>();
  let turn = Promise.resolve();

  const applyAll = async () => {
    for (const pod of findPods(site)) {
      const rules = rulesFor(pod, [...policies.values()]);
      if ((applied.get(pod.netns) ?? '') === rules) continue;
      // the pod may be gone in this moment
      await load(pod.netns, rules).then(
        () => applied.set(pod.netns, rules),
        () => {},
      );
    }
  };
  const refresh = () => {
    turn = turn.then(applyAll).catch(() => {}); // a pod may go while it is looked at
    return turn;
  };
  const watch = watchObjects({
    kubeconfig: access.kubeconfig,
    context: access.context,
    path: '/apis/networking.k8s.io/v1/networkpolicies',
    schema: policySchema,
    onChange: (policy) => {
      policies.set(policy.metadata.uid, policy);
      void refresh();
    },
    onGone: ({ metadata }) => {
      policies.delete(metadata.uid);
      void refresh();
    },
  });
  return { refresh, stop: watch.stop };
}

/** No text for a pod that no policy selects. The port is the one that was dialled: a sidecar's redirection comes first. */
function rulesFor({ namespace, labels }: PodPlace, policies: readonly Policy[]): string {
  const selecting = policies.filter(
    ({ metadata, spec: { podSelector } }) =>
      metadata.namespace === namespace &&
      Object.entries(podSelector.matchLabels).every(([key, value]) => labels[key] === value),
  );
  if (selecting.length === 0) return '';
  const lines = selecting.flatMap(({ spec }) => spec.ingress.flatMap(lettingIn));
  return [
    '-i lo -j RETURN',
    '-m conntrack --ctstate ESTABLISHED,RELATED -j RETURN',
    ...lines.map((line) => `${line} -j RETURN`),
    '-j DROP',
  ]
    .map((line) => `-A ${chain} ${line}\n`)
    .join('');
}

function lettingIn({ from, ports }: Rule): string[] {
  const sources = from?.flatMap(({ ipBlock }) => (ipBlock ? [`-s ${ipBlock.cidr}`] : [])) ?? [''];
  const targets = ports
    ?.filter(({ protocol }) => protocol !== 'SCTP') // nothing here speaks it
    .map(({ protocol, port, endPort }) => {
      const range = port === undefined ? '' : `-m conntrack --ctorigdstport ${port}:${endPort ?? port}`;
      return `-p ${protocol.toLowerCase()} ${range}`;
    }) ?? [''];
  return sources.flatMap((source) => targets.map((target) => `${source} ${target}`.trim()));
}

async function load(netns: string, rules: string): Promise<void> {
  const enter = ['ip', 'netns', 'exec', netns];
  await must([...enter, 'iptables-restore', '-w', '--noflush'], { stdin: `*filter\n:${chain} -\n${rules}COMMIT\n` });
  const jump = ['INPUT', '-j', chain];
  await must([...enter, 'iptables', '-w', '-C', ...jump]).catch(() =>
    must([...enter, 'iptables', '-w', '-A', ...jump]),
  );
}

const chain = 'NETWORK-POLICY';
