import type { Hosted } from './hosting/hosted.js';
import { AdapterError } from './errors.js';
import { findProvinceFolder, PROVINCE_FOLDERS } from './provinces/registry.js';
import type { StandInConfig } from './stand-in/config.js';
import { startStandIn, type StartedStandIn } from './stand-in/start-stand-in.http.js';

/** STAND-IN: plays one province's closed local system. Not part of what a province runs. */
export function hostLocalSystem(config: StandInConfig): Hosted {
  const start = async (): Promise<StartedStandIn> => {
    const folder = findProvinceFolder(config.slug);
    if (folder === undefined) {
      throw new AdapterError('CONFIG_INVALID', `PROVINCE: there is no ${config.slug}; there are ${PROVINCE_FOLDERS.map(({ slug }) => slug).join(', ')}`);
    }
    return startStandIn(await folder.loadLocalSystem(), config);
  };
  const started = start();
  return {
    ready: started.then(({ address }) => address),
    async stop() {
      const standIn = await started.catch(() => undefined);
      await standIn?.stop();
    },
  };
}
