import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';

declare const self: ServiceWorkerGlobalScope & {
  /** Every file of the page with its digest, put in by the build (../../vite.config.ts). */
  readonly __WB_MANIFEST: (PrecacheEntry | string)[];
};

// The page must open after the network is gone: every file of it is kept, all of one build.
precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();

// A newer build waits until the worker at the gate asks for it: no page is changed between two people.
self.addEventListener('message', ({ data }) => {
  if (data === 'take-over') void self.skipWaiting();
});
