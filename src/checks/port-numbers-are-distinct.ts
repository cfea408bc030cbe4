import type { Path } from '../diagnostics.ts';
import { type SaidPort, saidPorts, speaksHttp } from '../spec/ports.ts';
import { servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';

/** Every port of a service has a number of its own, and a port of the workload speaks one protocol. */
export const portNumbersAreDistinct = defineCheck({
  evidence: 'spec',
  codes: ['AXC1217'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      const numbers = new Map<number, SaidPort>();
      const targets = new Map<number, SaidPort>();
      for (const port of saidPorts(service)) {
        yield* sameNumber(port, numbers, at);
        yield* otherProtocol(port, targets, at);
      }
    }
  },
});

function* sameNumber(port: SaidPort, seen: Map<number, SaidPort>, at: Path): Generator<Finding> {
  if (port.number === undefined) return;
  const before = seen.get(port.number);
  if (before === undefined) seen.set(port.number, port);
  else {
    yield {
      code: 'AXC1217',
      message: `port ${port.number} is "${before.name}" already`,
      hint: 'give each port the number that the Service has for it',
      at: [...at, ...port.at, 'number'],
      looksAt: placesOf(at, before, port),
    };
  }
}

function* otherProtocol(port: SaidPort, seen: Map<number, SaidPort>, at: Path): Generator<Finding> {
  if (port.targetPort === undefined) return;
  const before = seen.get(port.targetPort);
  if (before === undefined) seen.set(port.targetPort, port);
  else if (before.protocol && port.protocol && speaksHttp(before) !== speaksHttp(port)) {
    yield {
      code: 'AXC1217',
      message: `port ${port.targetPort} of the workload speaks ${before.protocol} for "${before.name}" and ${port.protocol} for "${port.name}"`,
      hint: 'policies name the port of the workload, which speaks one protocol: correct `targetPort` or `protocol`',
      at: [...at, ...port.at, 'targetPort'],
      looksAt: placesOf(at, before, port),
    };
  }
}

const placesOf = (at: Path, ...ports: SaidPort[]): Path[] =>
  ports.flatMap((port) => ['number', 'targetPort', 'protocol', '*'].map((key) => [...at, ...port.at, key]));
