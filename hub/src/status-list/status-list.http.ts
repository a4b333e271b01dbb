import { Controller, Get, Inject, NotFoundException, Param, Query, Req, Res } from '@nestjs/common';
import { isProvinceCode, statusListUri } from '@health-code/attestation';
import { describeList, leadOn, type HeldList, type ListDescription } from './held-list.js';
import { StatusLists } from './status-lists.js';

/** What of a request is looked at; Fastify's satisfies it. */
interface Request {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What of a reply is used; Fastify's satisfies it. */
interface Reply {
  header(name: string, value: string): Reply;
  code(status: number): Reply;
  send(content?: unknown): unknown;
}

/** Media type of a whole list (Token Status List 7). */
export const STATUS_LIST_MEDIA_TYPE = 'application/statuslist+jwt';

/** 状态列表 over HTTP: public, and about nobody: entries are numbers that say nothing without the attestation. */
@Controller('status-lists')
export class StatusListHttp {
  readonly #lists: StatusLists;

  constructor(@Inject(StatusLists) lists: StatusLists) {
    this.#lists = lists;
  }

  /** Every list, without its bits. */
  @Get()
  index(): readonly ListDescription[] {
    return this.#lists.all().map(describeList);
  }

  /** The first list of a province. */
  @Get(':code')
  getFirst(@Param('code') code: string, @Query('after') after: string | undefined, @Req() request: Request, @Res() reply: Reply): void {
    this.getList(code, '0', after, request, reply);
  }

  /**
   * The last whole list as its province signed it, with its version as ETag. With `after`, a version that the caller holds: `{"deltas": […]}`
   * where deltas lead on from there, else the whole list; deltas lead on from that one in turn.
   */
  @Get(':code/:shard')
  getList(@Param('code') code: string, @Param('shard') shard: string, @Query('after') after: string | undefined, @Req() request: Request, @Res() reply: Reply): void {
    const held = this.#find(code, shard);
    if (held === undefined) throw new NotFoundException();
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-cache');
    const chain = after !== undefined && /^[1-9][0-9]{0,15}$/.test(after) ? leadOn(held, Number(after)) : undefined;
    if (chain !== undefined) {
      reply.send({ deltas: chain.map(({ token }) => token) });
      return;
    }
    const tag = `"${String(held.snapshot.version)}"`;
    reply.header('etag', tag);
    if (request.headers['if-none-match'] === tag) reply.code(304).send();
    else reply.header('content-type', STATUS_LIST_MEDIA_TYPE).send(held.snapshot.token);
  }

  #find(code: string, shard: string): HeldList | undefined {
    if (!isProvinceCode(code) || !/^(0|[1-9][0-9]{0,5})$/.test(shard)) return undefined;
    return this.#lists.find(statusListUri(code, Number(shard)));
  }
}
