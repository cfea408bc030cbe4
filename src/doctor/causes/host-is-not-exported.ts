import { confirmed } from '../case.ts';
import { defineCause } from '../cause.ts';
import { applyAgain, endingAt, objectName, otherwise } from '../evidence.ts';

export const hostIsNotExported = defineCause({
  name: 'host-is-not-exported',
  title: "the host is not exported to the caller's Namespace",
  explains: { 'name-unknown': 88, 'black-hole': 90, 'no-route': 62, timeout: 30, refused: 30 },
  look: (one) => {
    const end = endingAt(one, 'not-exported');
    if (end === undefined) return otherwise(one, 'caller', "the host is exported to the caller's Namespace");
    const objects = end.by.map(({ policy }) => objectName(policy)).join(', ');
    return confirmed(`${end.why} (${objects})`, applyAgain(one));
  },
});
