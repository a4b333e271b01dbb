import { HEALTH_STATUSES } from '@health-code/attestation';

/** Colours from the lightest to the gravest: the greater number is the graver; what is no colour is lighter than all. */
export const gravityOf = (status: string): number => HEALTH_STATUSES.findIndex((each) => each === status);
