import { type BuildStage, buildStages } from '../manifests/manifest.ts';

/**
 * The order in which a change reaches the clusters. The writes of one stage may happen in any order and in all clusters at
 * once; between two stages all clusters wait for each other. What is new comes up from the server's side to the
 * caller's; what goes, goes the other way round, and only after everything new is there.
 *
 *     ground → trust → guard → listen → pin → publish → route
 *     unground ← untrust ← unguard ← unlisten ← unpin ← tighten ← unpublish ← unroute
 *
 * `tighten` narrows objects that stay: from then on a run only goes forward, for undoing it would open what was just shut.
 */
const removalOf = {
  ground: 'unground',
  trust: 'untrust',
  guard: 'unguard',
  listen: 'unlisten',
  pin: 'unpin',
  publish: 'unpublish',
  route: 'unroute',
} as const satisfies Record<BuildStage, string>;

export type RemovalStage = (typeof removalOf)[BuildStage];
export type Stage = BuildStage | RemovalStage | 'tighten';

export const removalStage = (stage: BuildStage): RemovalStage => removalOf[stage];

/** All stages, first to last. */
export const stages: readonly Stage[] = [
  ...buildStages,
  'unroute',
  'unpublish',
  'tighten',
  'unpin',
  'unlisten',
  'unguard',
  'untrust',
  'unground',
];

/** Whether a failure in this stage can still be answered by going back. */
export const canGoBack = (stage: Stage): boolean => stages.indexOf(stage) < stages.indexOf('tighten');

/** What a stage does, for the plan's reader. */
export const stageTitles = {
  ground: 'what the rest stands on',
  trust: 'certificates',
  guard: 'who may call, before anybody can',
  listen: "the providers' gateways",
  pin: 'how callers will connect',
  publish: 'the hosts become known',
  route: 'calls begin to flow',
  unroute: 'calls leave',
  unpublish: 'the hosts go',
  tighten: 'nobody uses the old way any more',
  unpin: 'how callers connected',
  unlisten: "the providers' gateways",
  unguard: 'policies without callers',
  untrust: 'certificates',
  unground: 'what the rest stood on',
} as const satisfies Record<Stage, string>;
