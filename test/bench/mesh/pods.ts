import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Site } from './topology.ts';

/** Which workload is meant: by its label `app`, or one pod by its name. */
export type Target =
  | { readonly namespace: string; readonly app: string }
  | { readonly namespace: string; readonly pod: string };

/** A pod that runs, as the node agent has written it down. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly netns: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly folder: string;
}

const placeSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  netns: z.string(),
  address: z.string(),
  labels: z.record(z.string(), z.string()),
});

/** All pods of a cluster with a network namespace, or those of a target; the newest comes first. */
export function findPods(site: Site, target?: Target): PodPlace[] {
  return everyFolder(join(site.folder, 'pods'))
    .flatMap(readPlace)
    .filter((pod) => target === undefined || isMeant(pod, target))
    .sort((one, other) => ordinal(other) - ordinal(one));
}

/** None when the pod has not begun, or goes at this moment. */
function readPlace(folder: string): PodPlace[] {
  try {
    return [{ ...placeSchema.parse(JSON.parse(readFileSync(join(folder, 'pod.json'), 'utf8'))), folder }];
  } catch {
    return [];
  }
}

/** The newest of them: after a restart, the old one may not be gone yet. */
export function findPod(site: Site, target: Target): PodPlace {
  const [pod] = findPods(site, target);
  if (pod === undefined) throw new Error(`no pod runs in ${site.name} for ${JSON.stringify(target)}`);
  return pod;
}

/** The ends of all logs of the pods of a workload, `shop/frontend`. */
export function lastWords(site: Site, workload: string): string {
  return findPods(site)
    .filter(({ namespace, name }) => `${namespace}/${name}`.startsWith(`${workload}-`))
    .flatMap(({ name, folder }) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.log'))
        .map(
          (file) => `${name} ${file}:\n${readFileSync(join(folder, file), 'utf8').split('\n').slice(-6).join('\n')}`,
        ),
    )
    .join('\n');
}

const everyFolder = (folder: string): string[] => below(folder).flatMap(below);
const below = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

function isMeant({ namespace, name, labels }: PodPlace, target: Target): boolean {
  if (namespace !== target.namespace) return false;
  return 'pod' in target ? name === target.pod : labels.app === target.app;
}

const ordinal = ({ netns }: PodPlace): number => Number(netns.split('-').at(-1));
