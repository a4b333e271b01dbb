/**
 * Keeps the page for when there is no network (service-worker/service-worker.ts). Only what a build wrote has one.
 * @param onNewVersion told when a newer build of the page has been fetched and waits
 */
export async function keepPage(onNewVersion: () => void): Promise<void> {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  const registration = await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}service-worker.js`, { scope: import.meta.env.BASE_URL });
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      // The first one of all is no newer version.
      if (worker.state === 'installed' && navigator.serviceWorker.controller !== null) onNewVersion();
    });
  });
}

/** Opens the newer build that waits, or the page as it is where none does. */
export async function takeNewVersion(): Promise<void> {
  const waiting = (await navigator.serviceWorker.getRegistration())?.waiting;
  if (waiting === null || waiting === undefined) {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting.postMessage('take-over');
}
