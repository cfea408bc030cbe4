import { type CliResult, type Running, startAegisXc } from './cli.ts';
import { type FederationInput, federation, provider, service, specText } from './federation.ts';
import type { Rig } from './run-rig.ts';

/** A federation of one service that one service account calls: another one is a change of one policy. */
export const calledBy = (name: string, serviceAccount: string): FederationInput =>
  federation({
    metadata: { name },
    services: {
      [name]: service({
        consumers: [{ cluster: 'cluster-a', namespace: 'shop', serviceAccount }],
        providers: { 'cluster-b': provider({ workload: { app: name } }) },
      }),
    },
  });

/** The built program, through the proxies of a rig. */
export const runCli = (rig: Rig, spec: FederationInput, verb: string, ...args: string[]): Promise<CliResult> =>
  startCli(rig, spec, verb, ...args).ended;

export const startCli = (rig: Rig, spec: FederationInput, verb: string, ...args: string[]): Running =>
  startAegisXc([verb, '-f', '-', ...contexts, '--kubeconfig', rig.kubeconfig, ...args], { stdin: specText(spec) });

const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];

/** Settles at the first write of something, after `act` and before the server sees it. */
export function atWrite(rig: Rig, part: string, act: () => unknown): Promise<void> {
  return new Promise((resolve) => {
    rig.onRequest = async ({ isWrite, path }) => {
      if (!isWrite || !path.includes(part)) return undefined;
      rig.onRequest = () => undefined;
      await act();
      resolve();
      return undefined;
    };
  });
}

export const atPolicy = (rig: Rig, act: () => unknown): Promise<void> => atWrite(rig, '/authorizationpolicies/', act);
