import type { ProvinceCode } from '@health-code/attestation';
import type { AssignmentRule } from '../province-system.js';

/** The rule every canary of a province cites, registered like any other: a canary that cites none is as refused as a person's code would be. */
export const canaryRule = (code: ProvinceCode): AssignmentRule => ({ id: `${code}-canary`, version: '1', title: '探测对象规则' });
