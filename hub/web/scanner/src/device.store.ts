import type { Database } from './database.store.js';
import type { Device } from './device.js';

/** Set beside the database, so that a page can tell a device that was never enrolled from one whose database is gone. */
const MARK = 'enrolled';

/** Where the device is kept. */
export class DeviceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** `cleared`: there was one, and the browser has removed it. */
  async find(): Promise<Device | 'cleared' | undefined> {
    const device = await this.#database.get('device', 'device');
    if (device !== undefined) return device;
    return localStorage.getItem(MARK) === null ? undefined : 'cleared';
  }

  /** A device enrolled anew begins with nothing of the former one's trust. */
  async replace(device: Device): Promise<void> {
    const transaction = this.#database.transaction(['device', 'trust', 'package'], 'readwrite', { durability: 'strict' });
    await Promise.all([transaction.objectStore('device').put(device, 'device'), transaction.objectStore('trust').clear(), transaction.objectStore('package').clear(), transaction.done]);
    localStorage.setItem(MARK, device.province);
  }

  /** Pins the root of a device that was enrolled before there was one; never a second time. */
  async pin(root: string): Promise<Device | undefined> {
    const transaction = this.#database.transaction('device', 'readwrite', { durability: 'strict' });
    const device = await transaction.store.get('device');
    const pinned = device === undefined || device.pinnedRoot !== undefined ? device : { ...device, pinnedRoot: root };
    if (pinned !== undefined && pinned !== device) await transaction.store.put(pinned, 'device');
    await transaction.done;
    return pinned;
  }
}
