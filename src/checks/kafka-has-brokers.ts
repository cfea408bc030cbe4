import type { Path } from '../diagnostics.ts';
import { providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';

/** Clients of Kafka dial each broker: `brokers` says how many there are, and only Kafka has them. */
export const kafkaHasBrokers = defineCheck({
  evidence: 'spec',
  codes: ['AXC1221'],
  *find(spec) {
    for (const named of servicesOf(spec)) {
      const { service, at } = named;
      const kafka = service.preset === 'kafka';
      const finding = (message: string, hint: string, path: Path, looksAt: Path[] = []): Finding => ({
        code: 'AXC1221',
        message,
        hint,
        at: path,
        mark: 'key',
        looksAt: [[...at, 'preset'], [...at, '*'], ...looksAt],
      });
      if (!kafka && service.brokers !== undefined) {
        yield finding('`brokers` is for the preset kafka', 'remove it, or say `preset: kafka`', [...at, 'brokers']);
      }
      for (const { provider, at: place } of providersOf(named)) {
        if (kafka || provider.statefulSet === undefined) continue;
        yield finding('`statefulSet` is for the preset kafka', 'remove it', [...place, 'statefulSet']);
      }
      if (!kafka) continue;
      if (service.brokers === undefined) {
        yield finding('kafka needs the number of its brokers', 'brokers: 3', at);
      }
      if (service.host !== undefined) {
        const hint = `remove it: each broker has one of its own, ${named.name}-0.<cluster>.local and so on`;
        yield finding('kafka has no single host', hint, [...at, 'host']);
      }
      if (service.ports) {
        yield finding('kafka has one port', 'say `port`; the default is 9094', [...at, 'ports']);
      }
      if (Object.keys(service.providers).length > 1) {
        const hint = 'its brokers are in one cluster: write a service for each Kafka';
        yield finding('kafka with several providers', hint, [...at, 'providers'], [[...at, 'providers', '*']]);
      }
    }
  },
});
