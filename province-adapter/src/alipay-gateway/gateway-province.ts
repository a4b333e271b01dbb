import { getProvince } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { translateBareStatus } from '../local-format/bare-status.js';
import type { ValueTable } from '../local-format/translation-table.js';
import type { ProvinceDefinition, ProvinceProfile } from '../province-system.js';
import { gatewayCodePrefix, type GatewayProvince } from './gateway-city.js';
import { createGatewaySource } from './gateway-source.js';

/** `code_color`; `init` is 审核中. */
const VALUES: ValueTable = {
  green: { status: '00' },
  yellow: { status: '01' },
  red: { status: '10' },
  init: { availability: 'pending' },
};

/** Ours: no answer of the gateway says until when a colour holds. Seconds. */
const VALIDITY = 86_400;

/**
 * What is registered of a province behind the gateway.
 *
 * @throws AdapterError `CONFIG_INVALID` for a city of another province: GB/T 2260 begins with the province
 */
export function createGatewayProfile({ code, system, cities }: GatewayProvince): ProvinceProfile {
  const { slug, name } = getProvince(code);
  const foreign = cities.find((city) => !city.code.startsWith(code.slice(0, 2)));
  if (foreign !== undefined) throw new AdapterError('CONFIG_INVALID', `${foreign.name} (${foreign.code}) does not lie in ${name}`);
  const conversionRule = { id: `${code}-conversion`, version: '1' };
  return {
    code,
    slug,
    system,
    mode: 'convert',
    recognisers: cities.map((city) => {
      const prefix = gatewayCodePrefix(city.code);
      return { prefix, infix: '', minLength: prefix.length + 1, maxLength: 128 };
    }),
    rules: [{ ...conversionRule, title: `${name}健康码（支付宝政务网关）状态转码规则` }],
    conversionRule,
    timeZone: 'Asia/Shanghai',
  };
}

/** A province behind the gateway: its colours say neither reason nor since when. */
export function createGatewayProvince(province: GatewayProvince): ProvinceDefinition {
  const profile = createGatewayProfile(province);
  return {
    profile,
    createSource: (options) => createGatewaySource(province, options),
    translate: (local) => translateBareStatus({ profile, field: 'code_color', values: VALUES, authorityField: 'city_code', validity: VALIDITY }, local),
  };
}
