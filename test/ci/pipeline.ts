import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import * as z from 'zod';

/** The files for pipelines, as far as the tests look at them. What else may be in them is checked by the services' own schemas. */

const step = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});
export type Step = z.infer<typeof step>;

const workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      if: z.string(),
      permissions: z.never().optional(),
      concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }).optional(),
      environment: z.string().optional(),
      steps: z.array(step),
    }),
  ),
});

const action = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string() })),
  outputs: z.record(z.string(), z.object({ description: z.string(), value: z.string() })),
  runs: z.object({ using: z.literal('composite'), steps: z.array(step) }),
});

const job = z.object({ script: z.array(z.string()), rules: z.array(z.object({ if: z.string() })) });

const hook = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  entry: z.string(),
  args: z.array(z.string()).optional(),
  language: z.literal('node'),
  files: z.string(),
  pass_filenames: z.literal(false),
});

export const text = {
  github: readFileSync('examples/ci/github.yml', 'utf8'),
  gitlab: readFileSync('examples/ci/gitlab.yml', 'utf8'),
  action: readFileSync('action.yml', 'utf8'),
  hooks: readFileSync('.pre-commit-hooks.yaml', 'utf8'),
};

export const github = workflow.parse(load(text.github));
export const actionFile = action.parse(load(text.action));
export const hooks = z.array(hook).parse(load(text.hooks));

const jobs = z.looseObject({
  validate: job,
  plan: job,
  apply: job,
  default: z.object({ before_script: z.array(z.string()) }),
});
export const gitlab = jobs.parse(load(text.gitlab));

/** Of the steps that run something, what they run. */
export const stepsOf = (name: string): Step[] => github.jobs[name]?.steps.filter(({ run }) => run !== undefined) ?? [];
