import type { Answer, WayAnswer } from '../../access/answer.ts';
import { limitsOfWay, requestLimits } from '../../access/requests.ts';
import type { Sites } from '../../access/sites.ts';
import { isOpen } from '../../access/truth.ts';
import type { RuleRef } from '../../access/verdict.ts';
import { mayOf, positionOf, reasonOf } from './can-text.ts';

/** An answer, for programs. */
export function answerJson({ question, allowed, ways }: Answer, sites: Sites) {
  const { caller, service, host, port, method, path } = question;
  return {
    caller,
    service: service.name,
    host,
    port: port.number,
    targetPort: port.targetPort,
    method,
    path,
    may: mayOf(allowed),
    dependsOn: isOpen(allowed) ? allowed.on : [],
    ways: ways.map((way) => wayJson(way, port.targetPort, sites)),
  };
}

const wayJson = (way: WayAnswer, port: number, sites: Sites) => ({
  to: way.to,
  may: mayOf(way.allowed),
  reason: reasonOf(way, sites),
  requests: limitsOfWay(way, port),
  otherRequests: way.otherwise.length > 0 ? requestLimits(way.otherwise, port) : undefined,
  by: way.by.map((ref) => refJson(ref, sites)),
  through: way.through.map((policy) => refJson({ policy, rule: undefined }, sites)),
});

function refJson(ref: RuleRef, sites: Sites) {
  const { policy, rule } = ref;
  const { file, line, column } = positionOf(ref, sites) ?? {};
  const { apiVersion, kind, metadata } = policy;
  const cluster = sites.sourceOf(policy)?.cluster;
  return { cluster, apiVersion, kind, namespace: metadata.namespace, name: metadata.name, rule, file, line, column };
}
