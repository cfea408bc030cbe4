#!/usr/bin/env node
// npm installs it as `kubectl_complete-aegis_xc`: kubectl runs it at every Tab after `kubectl aegis-xc`, with the words so far.
import('../dist/complete.js').then(
  ({ printCompletions }) => printCompletions(process.argv.slice(2)),
  () => {},
);
