import { defineConfig } from 'vite';

// The node to talk to during development: `npm start` next to `npm run web`.
const node = process.env['MPIM_URL'] ?? 'http://127.0.0.1:4000';

/** The demo app: `npm run web` serves it while it is being changed, `npm start` builds it (scripts/demo-app.ts). */
export default defineConfig({
  root: import.meta.dirname,
  // As the gateway serves it.
  base: '/demo/',
  publicDir: false,
  // One copy of it, wherever it is imported from: as a module, not the CommonJS that Node has.
  resolve: { dedupe: ['graphql'] },
  build: {
    // What is inlined would need `data:` in the policy under which the page is served.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/graphql': { target: node, ws: true, changeOrigin: true } } },
});
