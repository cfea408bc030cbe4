import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plugIn, plugIntoWan, unplug } from '../network.ts';
import { podAddress, podFolder, podNetns, wanAddress } from '../topology.ts';
import type { NodeContext } from './context.ts';
import type { Pod } from './pod.ts';

/** Where a pod lives: a network namespace and a folder. */
export interface Sandbox {
  /** None for istiod, which has to reach an API server on 127.0.0.1. */
  readonly netns: string | undefined;
  readonly address: string;
  readonly folder: string;
  remove(): Promise<void>;
}

/** `n`: the how many-th pod of its cluster. */
export async function makeSandbox(context: NodeContext, pod: Pod, n: number): Promise<Sandbox> {
  const { site, ground } = context;
  const { namespace, name, labels, annotations, uid } = pod.metadata;
  const folder = podFolder(site, namespace, name);
  const [netns, address] = [podNetns(site, n), podAddress(site, n)];
  await mkdir(folder, { recursive: true });
  await plugIn(site, { netns, address, port: `p${n}`, namespace });
  const onWan = annotations[wanAddress];
  if (onWan) await plugIntoWan(onWan, netns, ground.wanNetns);
  const place = JSON.stringify({ netns, address, uid, namespace, name, labels });
  await writeFile(join(folder, 'pod.json.new'), place);
  await rename(join(folder, 'pod.json.new'), join(folder, 'pod.json')); // whoever reads it reads the whole
  const remove = async () => {
    await unplug(netns);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { netns, address, folder, remove };
}
