/**
 * Injection tokens of what main.ts opens before the container exists and every module may ask for. Classes are their
 * own tokens (`LiveRegistry`, TypeORM's `DataSource`, …); these are the interfaces, which leave nothing at run time.
 */

/** The {@link HubConfig}. */
export const HUB_CONFIG = Symbol('HubConfig');

/** The pino `Logger`. */
export const LOGGER = Symbol('Logger');

/** The open `NatsConnection`. */
export const NATS_CONNECTION = Symbol('NatsConnection');
