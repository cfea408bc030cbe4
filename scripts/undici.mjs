// The parts of undici that the program uses, put together as its own index.js does it. `scripts/build.mjs` bundles these instead of all:
// the rest, `fetch` and mocks for tests among it, is as much again to load at every start.

import api from 'undici/lib/api/index.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';

Object.assign(Dispatcher.prototype, api);

export { default as buildConnector } from 'undici/lib/core/connect.js';
export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as Pool } from 'undici/lib/dispatcher/pool.js';
export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';

/** Parts of client-node that are left out ask for it. */
export const fetch = (...args) => globalThis.fetch(...args);
