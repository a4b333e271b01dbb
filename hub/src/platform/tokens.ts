/**
 * Injection tokens of what main.ts opens before the container exists and every module may ask for. Classes are their
 * own tokens (`LiveRegistry`, TypeORM's `DataSource`, …); these are the interfaces, which leave nothing at run time.
 */

/** The {@link HubConfig}. */
export const HUB_CONFIG = Symbol('HubConfig');

/** The `HubKeys`. */
export const HUB_KEYS = Symbol('HubKeys');

/** The `CallerStanding` that the guard asks. */
export const CALLER_STANDING = Symbol('CallerStanding');

/** Every `GrpcService` of the port that asks for certificates. */
export const GRPC_SERVICES = Symbol('GrpcServices');

/** The `GrpcService` of the port that asks for none. */
export const ENROLMENT_SERVICE = Symbol('EnrolmentService');

/** The pino `Logger`. */
export const LOGGER = Symbol('Logger');

/** The open `NatsConnection`. */
export const NATS_CONNECTION = Symbol('NatsConnection');
