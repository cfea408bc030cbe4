import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { applyAgain, endingAt, otherwise } from '../evidence.ts';

export const hostIsNotImported = defineCause({
  name: 'host-is-not-imported',
  title: "the caller's cluster does not know the host",
  explains: { 'name-unknown': 90, 'black-hole': 92, 'no-route': 60, timeout: 30, refused: 30 },
  look: (one) => {
    const end = endingAt(one, 'unknown-host', 'no-endpoint');
    if (end === undefined) return otherwise(one, 'caller', 'a ServiceEntry has the host');
    return confirmed(`${end.why} in ${one.question.caller.cluster}`, applyAgain(one));
  },
});
