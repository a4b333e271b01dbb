import type { TLSSocket } from 'node:tls';
import { Body, Controller, Get, Header, Headers, HttpCode, Inject, NotFoundException, Post, Req, UseFilters } from '@nestjs/common';
import { v1 } from '@health-code/messages';
import type { EnrolmentJson, ReportJson, StateJson, VerifyJson } from '../../web/shared/device-api.js';
import { HubError } from '../errors.js';
import { provinceOf } from '../identity/caller.js';
import type { RateLimits } from '../identity/rate-limits.js';
import { remoteParty } from '../platform/enrolment-server.js';
import { addressText } from '../platform/listen.js';
import type { DeviceCall, DeviceCalls } from './device-calls.js';
import { parseEnrolment, parseReport, parseVerify } from './device-request.js';
import { toEnrolmentJson } from './enrolment-json.js';
import { RefusalFilter } from './refusal.http.js';
import { toVerifyJson } from './verdict-json.js';

/** What a device asks the hub for: the use cases behind the gRPC calls of the same names. */
export interface DeviceServices {
  apply(request: v1.ApplyRequest): Promise<v1.ApplyResponse.$Properties>;
  verifyCode(request: v1.VerifyCodeRequest.$Properties, call: DeviceCall): v1.VerifyCodeResponse.$Properties | Promise<v1.VerifyCodeResponse.$Properties>;
  reportChecks(request: v1.ReportChecksRequest.$Properties, call: DeviceCall): Promise<v1.ReportChecksResponse.$Properties>;
  /** The newest version of the offline package and its root; undefined where none is published. */
  findPackage(): { readonly version: number; readonly root: Uint8Array } | undefined;
}

/** What {@link DeviceHttp} asks. */
export interface DeviceHttpParts {
  readonly services: DeviceServices;
  readonly calls: DeviceCalls;
  readonly limits: Pick<RateLimits, 'take'>;
  /** Whether the header `Host` names this server. */
  readonly isOwnHost: (host: string | undefined) => boolean;
  readonly trustDomain: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Injection token of the {@link DeviceHttpParts}. */
export const DEVICE_HTTP_PARTS = Symbol('DeviceHttpParts');

/** What Fastify's request is used for here. */
interface WebRequest {
  readonly method: string;
  readonly url: string;
  readonly ip: string;
  readonly headers: { readonly host?: string };
  readonly raw: { readonly socket: Partial<Pick<TLSSocket, 'encrypted'>> };
}

/** The methods of the gRPC port that a request stands for: their rows in the allow-list hold here. */
const METHOD = {
  verify: '/healthcode.v1.Checkpoint/VerifyCode',
  reports: '/healthcode.v1.Checkpoint/ReportChecks',
  state: '/healthcode.v1.Checkpoint/GetPackageRoot',
} as const;

/** For enrolled devices in a browser: hub/web/shared/device-api.ts says what is exchanged. Over TLS alone. */
@Controller('api')
@UseFilters(RefusalFilter)
export class DeviceHttp {
  readonly #parts: DeviceHttpParts;

  constructor(@Inject(DEVICE_HTTP_PARTS) parts: DeviceHttpParts) {
    this.#parts = parts;
  }

  /** 首次接入: a one-time token for a certificate. Strangers ask, so that they are counted by where they come from. */
  @Post('enrolment')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async enrol(@Req() request: WebRequest, @Body() body: unknown): Promise<EnrolmentJson> {
    const { services, limits, trustDomain } = this.#parts;
    this.#requireOwnAddress(request);
    limits.take('enrolment', remoteParty(addressText({ host: request.ip, port: 0 })));
    return toEnrolmentJson(await services.apply(parseEnrolment(body)), trustDomain);
  }

  /** 健康码验码. */
  @Post('verify')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async verify(@Req() request: WebRequest, @Headers('dpop') proof: string | undefined, @Body() body: unknown): Promise<VerifyJson> {
    const call = await this.#admit(request, proof, METHOD.verify);
    return toVerifyJson(await this.#parts.services.verifyCode(parseVerify(body, provinceOf(call)), call));
  }

  /** 离线核验回报. */
  @Post('reports')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async report(@Req() request: WebRequest, @Headers('dpop') proof: string | undefined, @Body() body: unknown): Promise<ReportJson> {
    const call = await this.#admit(request, proof, METHOD.reports);
    const { isRepetition } = await this.#parts.services.reportChecks(parseReport(body), call);
    return { isRepetition: isRepetition === true };
  }

  /** How the hub sees the device. */
  @Get('state')
  @Header('cache-control', 'no-store')
  async getState(@Req() request: WebRequest, @Headers('dpop') proof: string | undefined): Promise<StateJson> {
    const call = await this.#admit(request, proof, METHOD.state);
    const { services, now } = this.#parts;
    const published = services.findPackage();
    return {
      serverTime: Math.floor(now() / 1000),
      identity: call.caller.id,
      province: provinceOf(call),
      certificateExpiresAt: Math.floor((call.caller.expiresAt ?? 0) / 1000),
      ...(published === undefined ? {} : { packageVersion: published.version, packageRoot: Buffer.from(published.root).toString('base64') }),
    };
  }

  #admit(request: WebRequest, proof: string | undefined, path: string): Promise<DeviceCall> {
    const host = this.#requireOwnAddress(request);
    const [page = ''] = request.url.split('?');
    return this.#parts.calls.admit(proof, { method: request.method, url: `https://${host}${page}` }, path);
  }

  /** @returns the header `Host`. @throws NotFoundException without TLS: tokens and codes do not travel in the clear; HubError REQUEST_INVALID */
  #requireOwnAddress({ headers: { host }, raw }: WebRequest): string {
    if (raw.socket.encrypted !== true) throw new NotFoundException();
    if (host !== undefined && this.#parts.isOwnHost(host)) return host;
    throw new HubError('REQUEST_INVALID', 'the request is for another host', { fieldViolations: [{ field: 'host', description: 'is no name of the certificate of this server' }] });
  }
}
