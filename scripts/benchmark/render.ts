import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildHelm } from './helm.ts';
import { type Contender, compare, type Measurement } from './measure.ts';
import { cli, type Suite, type Tools } from './suite.ts';

/** Rendering grows with the number of services and nothing else; helm makes as many documents beside it. */
export const render: Suite = {
  name: 'render',
  goals: [
    {
      what: '10,000 services against 1,000',
      contender: 'aegis-xc render (10000 services)',
      against: 'aegis-xc render (1000 services)',
      atMost: { times: 11 },
    },
    {
      what: '10,000 services against helm',
      contender: 'aegis-xc render (10000 services)',
      against: 'helm template (as 10000 services)',
      atMost: { times: 1 },
    },
    {
      what: '10,000 services in 600 MiB',
      contender: 'aegis-xc render (10000 services)',
      atMost: { mebibytes: 600 },
    },
  ],
  async run(tools): Promise<Measurement[]> {
    const helm = await buildHelm(tools.say);
    const contenders = [1000, 10_000].flatMap((services): Contender[] => [
      {
        name: `aegis-xc render (${services} services)`,
        command: [process.execPath, cli, 'render', '-f', tools.specFile(services)],
      },
      ...(helm
        ? [
            {
              name: `helm template (as ${services} services)`,
              command: [helm, 'template', 'benchmark', chartOf(services, tools)] as const,
            },
          ]
        : []),
    ]);
    return compare(
      tools.rounds,
      contenders.map((one) => ({ ...one, command: [...one.command] as Contender['command'] })),
    );
  },
};

/** A chart whose one template repeats what we render for one service. */
function chartOf(services: number, { folder, specFile }: Tools): string {
  const chart = join(folder, `chart-${services}`);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  const rendered = execFileSync(process.execPath, [cli, 'render', '-f', specFile(2)], { encoding: 'utf8' });
  const documents = rendered.split(/^---$/m).filter((text) => text.includes('service-00000'));
  const template = documents.map((text) => `---${text.replaceAll('service-00000', 'service-{{ $n }}')}`).join('');
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: benchmark\nversion: 0.1.0\n');
  writeFileSync(join(chart, 'templates', 'all.yaml'), `{{- range $n := until ${services} }}\n${template}{{- end }}\n`);
  return chart;
}
