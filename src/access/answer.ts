import type { KubeObject } from '../manifests/manifest.ts';
import { type Arrival, type Dead, waysOf } from './arrival.ts';
import type { Call } from './call.ts';
import { portModes } from './peers.ts';
import { principalOf, type Question } from './question.ts';
import type { Sites } from './sites.ts';
import { allOf, dependsOn, isOpen, type Truth, whichWay } from './truth.ts';
import { actionOf, judge, type RuleRef, type Verdict } from './verdict.ts';
import type { Obstacle } from './ways.ts';

/** What becomes of a call on one of its ways. */
export interface WayAnswer {
  /** What it hangs on whether the call takes this way, and not another one. */
  readonly when: Truth;
  /** Cluster of the provider; undefined where it gets to none. */
  readonly to: string | undefined;
  readonly allowed: Truth;
  readonly decided: 'no-way' | 'mtls' | Verdict['decided'];
  /** What decided it. */
  readonly by: readonly RuleRef[];
  /** Why it does not even get to the policies. */
  readonly obstacle: Obstacle | undefined;
  readonly why: string | undefined;
  /** Rules that let the caller in with another method or path. */
  readonly otherwise: readonly RuleRef[];
  /** What the gateway is asked for, where there is one. */
  readonly sni: string | undefined;
  /** The objects that lead there. */
  readonly through: readonly KubeObject[];
}

export interface Answer {
  readonly question: Question;
  readonly allowed: Truth;
  readonly ways: readonly WayAnswer[];
}

/**
 * May this caller make this call? Objects decide whether it gets to the workload at all, how the workload takes it, and whether its
 * policies let it in. That the meshes trust each other is taken for granted.
 */
export function answer(question: Question, sites: Sites): Answer {
  const ways = waysOf(question, sites).map((way) => ('why' in way ? deadEnd(way) : decide(way, question)));
  return { question, allowed: together(ways), ways };
}

const deadEnd = ({ to, obstacle, why, by, sni, through, when }: Dead): WayAnswer => ({
  when,
  to,
  allowed: false,
  decided: 'no-way',
  by: by.map((policy) => ({ policy, rule: undefined })),
  obstacle,
  why,
  otherwise: [],
  sni,
  through,
});

function decide(way: Arrival, question: Question): WayAnswer {
  const { site, workload, provider, port, sni, through, when } = way;
  const to = provider.cluster.name;
  const { rootNamespace } = site.mesh;
  const modes = portModes(site.within('PeerAuthentication', workload.namespace, rootNamespace), {
    workload,
    port: port.targetPort,
    rootNamespace,
  });
  const judged = modes.map(({ mode, by }): WayAnswer => {
    const refusal = refusalOf(mode, way);
    if (refusal)
      return {
        when,
        to,
        allowed: false,
        decided: 'mtls',
        by: refOf(by),
        obstacle: undefined,
        why: refusal,
        otherwise: [],
        sni,
        through,
      };
    const plaintext = way.plaintext || mode === 'DISABLE';
    const call = callOf(way, question, plaintext);
    const asked = (about: Call): Verdict =>
      judge(site.within('AuthorizationPolicy', workload.namespace, rootNamespace), workload, about, site.mesh);
    const verdict = asked(call);
    const otherwise = verdict.decided === 'no-allow-rule' ? asked(withAnyRequest(call)).by : [];
    return {
      when,
      to,
      ...verdict,
      obstacle: undefined,
      why: undefined,
      otherwise: otherwise.filter(({ policy, rule }) => rule !== undefined && actionOf(policy) === 'ALLOW'),
      sni,
      through,
    };
  });
  const [first] = judged;
  if (first === undefined) throw new Error('a port has a mode');
  const same = judged.every(({ allowed }) => allowed === first.allowed);
  if (same || judged.length === 1) return first;
  const older = dependsOn('which PeerAuthentication is the older one, or which labels its pods have');
  return { ...first, allowed: older, decided: 'open', by: modes.flatMap(({ by }) => refOf(by)) };
}

const refOf = (policy: KubeObject | undefined): RuleRef[] => (policy ? [{ policy, rule: undefined }] : []);

function refusalOf(mode: string, { plaintext, remote }: Arrival): string | undefined {
  if (plaintext) return mode === 'STRICT' ? 'the port takes no plaintext' : undefined;
  return remote && mode === 'DISABLE'
    ? 'the port takes plaintext only, and the gateway passes on mutual TLS only'
    : undefined;
}

function callOf(
  { caller, port, sni, hosts, rewritesPath }: Arrival,
  { method, path }: Question,
  plaintext: boolean,
): Call {
  return {
    principal: plaintext ? undefined : principalOf(caller.who, caller.site),
    port: port.targetPort,
    http: port.http ? { method, path, hosts, rewritesPath } : undefined,
    sni: plaintext ? '' : sni,
  };
}

const withAnyRequest = (call: Call): Call => ({
  ...call,
  http: call.http && { ...call.http, method: undefined, path: undefined },
});

/** Where some ways end and others don't, it depends on what leads to the ends. */
function together(ways: readonly WayAnswer[]): Truth {
  const ends = ways.filter(({ allowed }) => allowed === false).map(({ when }) => when);
  if (ends.length === ways.length) return false;
  const taken = ends.map((when) => (isOpen(when) ? when : dependsOn(whichWay)));
  return allOf([...ways.map(({ allowed }) => allowed).filter(isOpen), ...taken]);
}
