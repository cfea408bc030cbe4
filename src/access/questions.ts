import type { Service } from '../model/federation.ts';
import { dialledHosts } from '../model/imports.ts';
import { type AskedPort, type Caller, exportedPorts, otherPort, type Question } from './question.ts';

export interface Asked {
  readonly callers: readonly Caller[];
  readonly services: readonly Service[];
  /** One host of a service that has several. */
  readonly host?: string | undefined;
  /** Name or number; without it every exported port. */
  readonly port?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
}

/** One question for every caller, host and port. */
export const questionsOf = ({ callers, services, host, port, method, path }: Asked): Question[] =>
  services.flatMap((service) =>
    callers.flatMap((caller) =>
      dialledHosts(service)
        .filter((one) => host === undefined || one === host)
        .flatMap((one) =>
          portsOf(service, port, method !== undefined || path !== undefined).map((asked) => ({
            caller,
            service,
            host: one,
            port: asked,
            ...(asked.http ? { method, path } : { method: undefined, path: undefined }),
          })),
        ),
    ),
  );

/** By what is dialled, or else by what the workload listens on. None: there is no such name. */
export function portsOf(service: Service, port: string | undefined, http: boolean): AskedPort[] {
  const exported = exportedPorts(service);
  if (port === undefined) return exported;
  const number = Number(port);
  const named = exported.find((one) => one.name === port || one.number === number);
  const found = named ?? exported.find(({ targetPort }) => targetPort === number);
  if (found) return [found];
  return Number.isInteger(number) && number > 0 && number < 65_536 ? [otherPort(number, http)] : [];
}
