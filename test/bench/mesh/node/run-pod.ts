import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectRarely } from '../../daemon.ts';
import { run } from '../shell.ts';
import type { NodeContext } from './context.ts';
import { environmentOf, expand } from './environment.ts';
import { isIstiod, istiodCommand, istiodSandbox } from './istiod.ts';
import { type Container, isSidecar, type Pod, proxyName } from './pod.ts';
import { type Process, start } from './processes.ts';
import { NoProgram, type Program, programFor } from './programs.ts';
import { mountForProxy, proxyCommand, redirectTraffic } from './proxy.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';
import { type Report, reportStatus } from './status.ts';

/** A pod whose processes run, or are about to. */
export interface RunningPod {
  /** Settles when it runs; a failure is written to its log and its status. */
  readonly started: Promise<void>;
  /** As a kubelet does it: the proxy begins to drain, the containers are asked to end, then their proxy. */
  end(graceMs: number): Promise<void>;
  /** At once. */
  kill(): Promise<void>;
}

/** `n`: the how many-th pod of its cluster. `onSandbox` is awaited before anything runs in it. */
export function runPod(context: NodeContext, pod: Pod, n: number, onSandbox: () => Promise<void>): RunningPod {
  const { site, tools, ground } = context;
  const apps = pod.spec.containers;
  const processes = new Map<string, Process>();
  const exitCodes = new Map<string, number>();
  const restarts = new Map<string, number>();
  let sandbox: Sandbox | undefined;
  let watcher: Process | undefined;
  let report: Report = { phase: 'Pending', ready: false, podIP: '', hostIP: site.hub, exitCodes, restarts };
  let ending = false;
  /** Everything that was to come to an end has: what still runs is ended, and stays so. */
  let over = false;

  let telling: Promise<void> = Promise.resolve();

  /** One after the other, or the older news could arrive last; and again while the API server is away. */
  const tell = (news: Partial<Report>): Promise<void> => {
    report = { ...report, ...news };
    telling = telling.then(async () => {
      while (!ending && !(await reportStatus(context, pod, report).then(...asBoolean))) await sleep(500);
    });
    return telling;
  };
  const baseEnv = (): Record<string, string> => ({
    ...collectRarely,
    PATH: `${ground.folder}/bin:${process.env.PATH ?? ''}:/usr/sbin:/sbin`,
    HOSTNAME: pod.metadata.name,
    HOME: sandbox?.folder ?? '/',
    POD_NAME: pod.metadata.name,
    POD_NAMESPACE: pod.metadata.namespace,
    SERVICE_ACCOUNT: pod.spec.serviceAccountName,
    INSTANCE_IP: sandbox?.address ?? '',
  });
  const envOf = (container: Container): Record<string, string> => ({
    ...baseEnv(),
    ...environmentOf(container, pod, { podIP: sandbox?.address ?? '', hostIP: site.hub }),
  });
  const launch = (
    place: Sandbox,
    name: string,
    argv: readonly string[],
    options: Partial<Program> & { pidFile?: string },
  ) =>
    start(argv, {
      env: { ...baseEnv(), ...options.env },
      cwd: options.cwd ?? place.folder,
      log: join(place.folder, `${name}.log`),
      netns: place.netns,
      pidFile: options.pidFile,
    });

  const startProxy = async (place: Sandbox, container: Container) => {
    await mountForProxy(context, pod, place.folder);
    const { argv, env } = proxyCommand(context, container, envOf(container));
    const begin = async () => launch(place, container.name, argv, { env });
    keep(container, await begin(), begin);
    return proxyProbe;
  };
  const initialise = async (place: Sandbox): Promise<string[]> => {
    const probes: string[] = [];
    for (const container of pod.spec.initContainers) {
      if (container.name === 'istio-init') {
        await redirectTraffic(context, container, { netns: place.netns ?? '', env: envOf(container) });
      } else if (container.name === proxyName) {
        probes.push(await startProxy(place, container));
        await untilReady(place, probes); // the containers after a sidecar wait for it
      } else if (!isSidecar(container)) {
        const process = await startApp(place, container);
        const code = await process.process.exit;
        if (code !== 0) throw new Error(`init container ${container.name} ended with ${code}`);
      }
    }
    return probes;
  };
  const untilReady = async (place: Sandbox, probes: string[]) => {
    const once = ['timeout', '60', tools.box, 'watch', '-once', ...probes];
    const { code } = await run(['ip', 'netns', 'exec', place.netns ?? '', ...once], { timeoutMs: 70_000 });
    if (code !== 0 && !ending) throw new Error(`not ready within a minute: ${probes.join(' ')}`);
  };
  const startApp = async (place: Sandbox, container: Container): Promise<{ process: Process; probes: string[] }> => {
    const env = envOf(container);
    if (isIstiod(pod)) {
      const { argv, probe, ...options } = istiodCommand(context, env);
      return { process: launch(place, container.name, argv, options), probes: [probe] };
    }
    const args = container.args.map((arg) => expand(arg, env));
    const stage = { container, args, env, folder: place.folder, cluster: site.name, tools };
    const { argv, listens, ...options } = await programFor(stage);
    return { process: launch(place, container.name, argv, options), probes: listens.map((port) => `tcp:${port}`) };
  };
  /** Starts it again when it ends and the pod wants that; a pod of which everything has ended is over. */
  const keep = (container: Container, process: Process, again: () => Promise<Process>) => {
    processes.set(container.name, process);
    void process.exit.then(async (code) => {
      if (ending || over) return;
      const restartPolicy = container.restartPolicy ?? pod.spec.restartPolicy;
      if (restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && code !== 0)) {
        await sleep(1000);
        if (ending || over) return;
        restarts.set(container.name, (restarts.get(container.name) ?? 0) + 1);
        keep(container, await again(), again);
        return;
      }
      exitCodes.set(container.name, code);
      if (apps.every(({ name }) => name === proxyName || exitCodes.has(name))) await finish();
    });
  };
  const finish = async () => {
    over = true;
    const failed = [...exitCodes.values()].some((code) => code !== 0);
    watcher?.signal('SIGKILL');
    await processes.get(proxyName)?.end(8000);
    await tell({ phase: failed ? 'Failed' : 'Succeeded', ready: false });
  };
  const watchReadiness = (place: Sandbox, probes: string[]) => {
    watcher = start([tools.box, 'watch', ...probes], {
      env: baseEnv(),
      cwd: place.folder,
      log: join(place.folder, 'watch.log'),
      netns: place.netns,
      pidFile: place.netns === undefined ? join(ground.folder, 'pids', `watch-${site.name}`) : undefined,
      onLine: (line) => void tell({ ready: line === 'ready' }),
    });
  };

  const begin = async () => {
    sandbox = isIstiod(pod) ? await istiodSandbox(context) : await makeSandbox(context, pod, n);
    await onSandbox();
    await tell({ podIP: sandbox.address });
    const probes = await initialise(sandbox);
    for (const container of apps) {
      if (ending) return;
      if (container.name === proxyName) probes.push(await startProxy(sandbox, container));
      else {
        const place = sandbox;
        const app = await startApp(place, container);
        keep(container, app.process, async () => (await startApp(place, container)).process);
        probes.push(...app.probes);
      }
    }
    await tell({ phase: 'Running' });
    if (!ending) watchReadiness(sandbox, probes);
  };
  const started = begin().catch(async (error: unknown) => {
    const reason = error instanceof NoProgram ? 'ErrImagePull' : 'CreateContainerError';
    await tell({ waiting: { reason, message: String(error) } });
  });

  const clear = async () => {
    watcher?.signal('SIGKILL');
    const killAll = () => Promise.all([...processes.values()].map((process) => process.kill()));
    await killAll();
    await started;
    await killAll(); // what it has started meanwhile
    watcher?.signal('SIGKILL');
    await sandbox?.remove();
  };
  const drainProxy = async (place: Sandbox) => {
    if (!pod.spec.initContainers.some(({ name }) => name === proxyName)) return;
    const drain = ['curl', '-s', '--max-time', '2', '-X', 'POST', 'http://127.0.0.1:15020/drain'];
    await run(['ip', 'netns', 'exec', place.netns ?? '', ...drain]);
  };
  return {
    started,
    end: async (graceMs) => {
      ending = true;
      const deadline = Date.now() + graceMs;
      if (sandbox) await drainProxy(sandbox);
      const isApp = ([name]: [string, Process]) => name !== proxyName;
      await Promise.all([...processes].filter(isApp).map(([, process]) => process.end(graceMs)));
      await processes.get(proxyName)?.end(Math.max(0, deadline - Date.now()));
      await clear();
    },
    kill: async () => {
      ending = true;
      await clear();
    },
  };
}

const asBoolean = [() => true, () => false] as const;
const proxyProbe = 'http://127.0.0.1:15021/healthz/ready';
