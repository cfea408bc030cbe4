import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { applySpec, eventually, mesh, scenario } from '../bench/mesh/fixtures.ts';
import { callersText, namespacesText, specOf, targetsText } from './can/workloads.ts';

// Two, for a gateway without any host has no listener that could say what it lacks.
const services = ['alpha', 'beta'];
const spec = specOf(services);
const frontend = { namespace: 'shop', app: 'frontend' };
const alpha = { namespace: 'targets', app: 'alpha' };
const gateway = { namespace: 'istio-system', app: 'istio-eastwestgateway' };
const url = 'http://alpha.cluster-b.local/api/x';
let file = '';

/** Something that is broken, what is seen of it, and the cause that has to come first. */
interface Fault {
  readonly what: string;
  readonly cause: string;
  readonly inject: () => Promise<void>;
  /** What somebody would paste; it throws as long as there is nothing to see. */
  readonly see: () => Promise<string>;
  readonly repair: () => Promise<void>;
  readonly args?: readonly string[];
}

scenario('doctor names the right cause first', () => {
  beforeAll(async () => {
    await mesh.clean();
    await Promise.all(mesh.names.map((name) => mesh.apply(namespacesText(name), name)));
    file = join(mkdtempSync(join(tmpdir(), 'doctor-')), 'federation.yaml');
    writeFileSync(file, spec);
    await mesh.apply(targetsText(services), 'cluster-b');
    await applySpec(file);
    await Promise.all(mesh.names.map((name) => mesh.apply(callersText(name), name)));
    await Promise.all([mesh.waitReady('cluster-a', 'shop', 'web'), mesh.waitReady('cluster-b', 'targets')]);
    await works();
  });

  test('where nothing is wrong it finds nothing', async () => {
    const { code, stdout } = await doctor('503 UH');
    expect([code, JSON.parse(stdout).diagnoses[0].causes.filter(isConfirmed)]).toEqual([0, []]);
  });

  test.each(faults().map((fault) => [fault.what, fault] as const))(
    '%s',
    async (_, { cause, inject, see, repair, args }) => {
      await inject();
      try {
        let symptom = '';
        await eventually(async () => {
          symptom = await see();
        });
        const { code, stdout, stderr } = await doctor(symptom, ...(args ?? []));
        expect([code, stderr]).toEqual([1, '']);
        const [first] = JSON.parse(stdout).diagnoses.flatMap(({ causes }: { causes: Cause[] }) => causes);
        expect({ symptom, ...first }).toMatchObject({ cause, state: 'confirmed', fix: expect.stringMatching(/\S/) });
      } finally {
        await repair();
      }
      await works();
    },
  );

  test('the name of a port is nothing to callers of other clusters: calls go on, and doctor does not blame it', async () => {
    const { inject, repair } = changed(service, replace('/spec/ports/1/name', 'raw'));
    await inject();
    try {
      await mesh.restart('cluster-b', 'targets', 'alpha');
      await eventually(async () => {
        const from = { namespace: 'web', app: 'web' };
        expect((await mesh.request('cluster-a', from, 'http://alpha.cluster-b.local:90/')).status).toBe(200);
      });
      const { stdout } = await doctor('the connection hangs', '--from', 'cluster-a/web/web', '--port', 'raw');
      const found: Cause[] = JSON.parse(stdout).diagnoses.flatMap(({ causes }: { causes: Cause[] }) => causes);
      expect(found.filter(isConfirmed)).toEqual([]);
      expect(found).toContainEqual(expect.objectContaining({ cause: 'protocol-is-guessed', state: 'ruled out' }));
    } finally {
      await repair();
    }
  });
});

interface Cause {
  readonly cause: string;
  readonly state: string;
}
const isConfirmed = ({ state }: Cause): boolean => state === 'confirmed';

const doctor = (symptom: string, ...args: string[]) => {
  const asked = args.includes('--from') ? [] : ['--from', 'cluster-a/shop/frontend', '--port', 'http'];
  return mesh.cli([
    '-q',
    'doctor',
    '-f',
    file,
    '--symptom',
    symptom,
    '--to',
    'alpha',
    ...asked,
    ...args,
    ...contexts,
    '-o',
    'json',
  ]);
};
const contexts = ['--cluster-a', 'cluster-a', '--cluster-b', 'cluster-b'];

const call = (timeoutMs = 5_000) => mesh.request('cluster-a', frontend, url, { timeoutMs });
const works = () => eventually(async () => expect((await call()).status).toBe(200));

/** The last line that a proxy has written about a call that failed. */
const logged = (cluster: string, target: typeof frontend, pattern: RegExp) => async (): Promise<string> => {
  const since = new Date();
  let line = '';
  await eventually(async () => {
    // longer than its proxy tries, or that one would write that the caller went away
    expect((await call(20_000)).status).not.toBe(200);
    line =
      mesh
        .accessLog(cluster, target, { since })
        .map((entry) => JSON.stringify(entry))
        .findLast((text) => pattern.test(text)) ?? '';
    expect(line).not.toBe('');
  });
  return line;
};
const atGateway = logged('cluster-b', gateway, /filter_chain_not_found/);
const atCaller = (pattern: RegExp) => logged('cluster-a', frontend, pattern);

/** The words of curl. */
const curled = (pattern: RegExp) => async (): Promise<string> => {
  const { status, error, body } = await call();
  const text = `${status} ${error} ${body}`;
  expect(text).toMatch(pattern);
  return text;
};

interface Place {
  readonly cluster: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}
const rule: Place = {
  cluster: 'cluster-a',
  kind: 'destinationrule',
  namespace: 'aegis-xc',
  name: 'can-alpha-cluster-b',
};
const entry: Place = { ...rule, kind: 'serviceentry' };
const exports: Place = { cluster: 'cluster-b', kind: 'gateway', namespace: 'istio-system', name: 'can-exports' };
const policy: Place = { cluster: 'cluster-b', kind: 'authorizationpolicy', namespace: 'targets', name: 'can-alpha' };
const peers: Place = { ...policy, kind: 'peerauthentication' };
const service: Place = { cluster: 'cluster-b', kind: 'service', namespace: 'targets', name: 'alpha' };

const patch = ({ cluster, kind, namespace, name }: Place, operations: readonly unknown[]) =>
  mesh.kubectl(cluster, ['patch', kind, '-n', namespace, name, '--type=json', '-p', JSON.stringify(operations)]);
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
const remove = ({ cluster, kind, namespace, name }: Place) =>
  mesh.kubectl(cluster, ['delete', kind, '-n', namespace, name]);

/** A change of one of our objects, and the way back: `apply` leaves alone what others have changed, so it is written as it was. */
function changed(place: Place, ...operations: readonly unknown[]): Pick<Fault, 'inject' | 'repair'> {
  let before: unknown;
  return {
    inject: async () => {
      const { cluster, kind, namespace, name } = place;
      before = JSON.parse(await mesh.kubectl(cluster, ['get', kind, '-n', namespace, name, '-o', 'json'])).spec;
      await patch(place, operations);
    },
    repair: async () => {
      await patch(place, [replace('/spec', before)]);
    },
  };
}

/** An object of somebody else that comes and goes. */
function added(
  cluster: string,
  kind: string,
  body: { apiVersion: string; namespace: string; spec: unknown },
): Pick<Fault, 'inject' | 'repair'> {
  const { apiVersion, namespace, spec: own } = body;
  const object = { apiVersion, kind, metadata: { name: 'of-somebody', namespace }, spec: own };
  return {
    inject: () => mesh.apply(`${JSON.stringify(object)}\n`, cluster),
    repair: async () => {
      await remove({ cluster, kind: kind.toLowerCase(), namespace, name: 'of-somebody' });
    },
  };
}

/** Takes an object away, and puts it back as it was. */
function gone(place: Place): Pick<Fault, 'inject' | 'repair'> {
  let saved = '';
  return {
    inject: async () => {
      const { cluster, kind, namespace, name } = place;
      const { metadata, status, ...rest } = JSON.parse(
        await mesh.kubectl(cluster, ['get', kind, '-n', namespace, name, '-o', 'json']),
      );
      const { labels, annotations } = metadata;
      saved = `${JSON.stringify({ ...rest, metadata: { name, namespace, labels, annotations } })}\n`;
      await remove(place);
    },
    repair: () => mesh.apply(saved, place.cluster),
  };
}

/** The MeshConfig of cluster-b without the trust domain of its callers. istiod reads it again; the proxies get new listeners. */
function strangers(): Pick<Fault, 'inject' | 'repair'> {
  const get = () => mesh.kubectl('cluster-b', ['get', 'configmap', '-n', 'istio-system', 'istio', '-o', 'json']);
  let before = '';
  const put = (text: string) =>
    mesh.kubectl('cluster-b', [
      'patch',
      'configmap',
      '-n',
      'istio-system',
      'istio',
      '--type=merge',
      '-p',
      JSON.stringify({ data: { mesh: text } }),
    ]);
  return {
    inject: async () => {
      before = JSON.parse(await get()).data.mesh;
      await put(before.replaceAll('cluster-a.example', 'nobody.example'));
    },
    repair: async () => {
      await put(before);
    },
  };
}

function faults(): Fault[] {
  const tls = '/spec/trafficPolicy/portLevelSettings/0/tls';
  const scaled = (namespace: string, workload: string): Pick<Fault, 'inject' | 'repair'> => ({
    inject: () => mesh.scale('cluster-b', namespace, workload, 0),
    repair: async () => {
      await mesh.scale('cluster-b', namespace, workload, 1);
      await mesh.waitReady('cluster-b', namespace);
    },
  });
  return [
    {
      what: 'a wrong SNI',
      cause: 'server-name-is-wrong',
      ...changed(rule, replace(`${tls}/sni`, 'outbound_.80_._.gamma.targets.svc.cluster.local')),
      see: atGateway,
    },
    {
      what: 'a host that the gateway does not have',
      cause: 'gateway-does-not-know-service',
      ...withNewConnections(changed(exports, { op: 'remove', path: '/spec/servers/0' })),
      see: atGateway,
    },
    {
      what: 'a wrong SAN',
      cause: 'server-has-another-identity',
      ...changed(rule, replace(`${tls}/subjectAltNames`, ['spiffe://cluster-b.example/ns/targets/sa/impostor'])),
      see: atCaller(/CERTIFICATE_VERIFY_FAILED/),
    },
    {
      what: 'a trust domain that is not accepted',
      cause: 'trust-domain-is-not-accepted',
      ...strangers(),
      see: atCaller(/TLS_error|connection_termination|UF|UC/),
    },
    {
      what: 'a DestinationRule that shadows ours',
      cause: 'destination-rule-shadows',
      ...added('cluster-a', 'DestinationRule', {
        apiVersion: 'networking.istio.io/v1',
        namespace: 'shop',
        spec: { host: '*.cluster-b.local', trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } },
      }),
      see: atGateway,
    },
    {
      what: "a ServiceEntry that is not exported to the caller's Namespace",
      cause: 'host-is-not-exported',
      ...changed(entry, replace('/spec/exportTo', ['web'])),
      see: curled(/resolve host/),
    },
    {
      what: 'a ServiceEntry that is gone',
      cause: 'host-is-not-imported',
      ...gone(entry),
      see: curled(/resolve host/),
    },
    {
      what: 'a Sidecar that leaves the host out',
      cause: 'sidecar-hides-host',
      ...added('cluster-a', 'Sidecar', {
        apiVersion: 'networking.istio.io/v1',
        namespace: 'shop',
        spec: { egress: [{ hosts: ['./*', 'istio-system/*'] }] },
      }),
      see: curled(/resolve host/),
    },
    {
      what: 'a policy without the caller',
      cause: 'policy-refuses',
      ...changed(policy, replace('/spec/rules/0/from/0/source/principals', ['cluster-a.example/ns/shop/sa/nobody'])),
      see: logged('cluster-b', alpha, /rbac_access_denied/),
    },
    {
      what: 'a policy of somebody else that denies',
      cause: 'policy-refuses',
      ...added('cluster-b', 'AuthorizationPolicy', {
        apiVersion: 'security.istio.io/v1',
        namespace: 'targets',
        spec: { action: 'DENY', rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] },
      }),
      see: curled(/RBAC: access denied/),
    },
    {
      what: 'a port that takes plaintext only',
      cause: 'port-takes-other-mtls',
      ...changed(peers, replace('/spec/portLevelMtls/8080', { mode: 'DISABLE' })),
      see: curled(/^(?:503|0) /),
    },
    {
      what: 'a gateway that is down',
      cause: 'gateway-is-down',
      ...scaled('istio-system', 'deployment/istio-eastwestgateway'),
      see: atCaller(/UF|UH|UT/),
    },
    {
      what: 'no endpoints',
      cause: 'nobody-serves',
      ...scaled('targets', 'deployment/alpha'),
      see: curled(/^(?:503|0) /),
    },
    {
      what: 'another port of the Service',
      cause: 'port-is-not-as-said',
      ...changed(service, replace('/spec/ports/0/port', 81)),
      see: atGateway,
    },
    {
      what: 'a provider without a sidecar',
      cause: 'workload-has-no-sidecar',
      inject: async () => {
        await mesh.kubectl('cluster-b', ['label', 'namespace', 'targets', 'istio-injection-', '--overwrite']);
        await mesh.restart('cluster-b', 'targets', 'alpha');
      },
      see: curled(/^(?:503|0) /),
      repair: async () => {
        await mesh.kubectl('cluster-b', ['label', 'namespace', 'targets', 'istio-injection=enabled', '--overwrite']);
        await mesh.restart('cluster-b', 'targets', 'alpha');
      },
    },
    {
      what: 'a caller that was started before its proxy was to answer for names',
      cause: 'names-are-not-captured',
      ...restarted({ before: 'proxyconfig' }),
      see: curled(/resolve host/),
    },
    {
      what: 'a caller without a sidecar',
      cause: 'caller-has-no-sidecar',
      ...restarted({ before: 'injection' }),
      see: curled(/resolve host/),
    },
  ];
}

/** The gateway keeps open connections of a chain that is gone for 45 s; new pods have none. */
const withNewConnections = ({
  inject,
  repair,
}: Pick<Fault, 'inject' | 'repair'>): Pick<Fault, 'inject' | 'repair'> => ({
  inject: async () => {
    await inject();
    await mesh.restart('cluster-a', 'shop', 'frontend');
  },
  repair,
});

/** The frontend in new pods that were made while something was away; it comes back, the pods stay as they are. */
function restarted({ before }: { before: 'proxyconfig' | 'injection' }): Pick<Fault, 'inject' | 'repair'> {
  const dns = gone({ cluster: 'cluster-a', kind: 'proxyconfig', namespace: 'shop', name: 'can-dns' });
  const label = (value: string) =>
    mesh.kubectl('cluster-a', ['label', 'namespace', 'shop', `istio-injection${value}`, '--overwrite']);
  return {
    inject: async () => {
      await (before === 'proxyconfig' ? dns.inject() : label('-'));
      await mesh.restart('cluster-a', 'shop', 'frontend');
      await (before === 'proxyconfig' ? dns.repair() : label('=enabled'));
    },
    repair: () => mesh.restart('cluster-a', 'shop', 'frontend'),
  };
}
