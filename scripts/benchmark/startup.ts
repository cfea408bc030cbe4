import { type Contender, compare, type Measurement } from './measure.ts';
import { cli, type Suite } from './suite.ts';

/** How much later than Node itself the program is there. */
export const startup: Suite = {
  name: 'start-up',
  goals: [
    { what: '--version', contender: 'aegis-xc --version', against: 'node -e 0', atMost: { plusMilliseconds: 25 } },
    {
      what: 'render of 20 services',
      contender: 'aegis-xc render (20 services)',
      against: 'node -e 0',
      atMost: { plusMilliseconds: 120 },
    },
  ],
  run: ({ rounds, specFile }): Promise<Measurement[]> => {
    const contenders: Contender[] = [
      { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
      { name: 'aegis-xc --version', command: [process.execPath, cli, '--version'] },
      { name: 'aegis-xc validate (20 services)', command: [process.execPath, cli, 'validate', '-f', specFile(20)] },
      { name: 'aegis-xc render (20 services)', command: [process.execPath, cli, 'render', '-f', specFile(20)] },
    ];
    return compare(rounds * 3, contenders);
  },
};
