import { defineCause } from '../cause.ts';
import { fromCodes } from '../evidence.ts';

export const namesAreNotCaptured = defineCause({
  name: 'names-are-not-captured',
  title: "the caller's proxy does not answer for federated names",
  explains: { 'name-unknown': 95, timeout: 15 },
  look: (one) =>
    fromCodes(one, ['AXC4037'], 'the proxies of the callers answer for federated names', [one.question.caller.cluster]),
});
