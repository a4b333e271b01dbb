import { Controller, Get, Inject, Res, ServiceUnavailableException } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Told } from './follower.js';
import { Followers, STRANGER, type Followed } from './followers.js';
import { StatusLists } from './status-lists.js';

/** What of a reply is used; Fastify's satisfies it. */
interface Reply {
  hijack(): unknown;
  readonly raw: ServerResponse;
}

/** Milliseconds after which a line is sent where nothing else is: whatever stands in between takes the connection for alive. */
export const KEEP_ALIVE_MS = 15_000;

const eventOf = (told: Told): string =>
  told.kind === 'package'
    ? `event: package\ndata: ${JSON.stringify({ version: told.version })}\n\n`
    : `event: list\ndata: ${JSON.stringify({ issuer: told.issuer, token: told.token, changedAt: told.changedAt })}\n\n`;

/**
 * Changes of the lists as they come, and versions of the package, as server-sent events (HTML Living Standard, 9.2). What came before
 * is fetched by `GET /status-lists/…?after=` once this is open, so that nothing falls between both.
 */
@Controller('status-lists/events')
export class StatusListEventsHttp {
  readonly #lists: StatusLists;
  readonly #followers: Followers;

  constructor(@Inject(StatusLists) lists: StatusLists, @Inject(Followers) followers: Followers) {
    this.#lists = lists;
    this.#followers = followers;
  }

  /** Until the caller leaves, or the hub stops. */
  @Get()
  follow(@Res() reply: Reply): void {
    const { raw } = reply;
    // Its end has been told already, and would never be told again.
    if (raw.destroyed) return;
    let followed: Followed;
    let isOpen = false;
    const early: string[] = [];
    const write = (text: string): boolean => {
      if (isOpen) return raw.write(text);
      early.push(text);
      return true;
    };
    try {
      followed = this.#followers.join({ send: (told) => write(eventOf(told)) }, () => { raw.end(); }, STRANGER);
    } catch {
      throw new ServiceUnavailableException();
    }
    followed.follower.beginNow(this.#lists.all());
    reply.hijack();
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' });
    isOpen = true;
    raw.write(`retry: 2000\n\n${early.join('')}`);
    const keepAlive = setInterval(() => raw.write(':\n\n'), KEEP_ALIVE_MS);
    raw.on('drain', () => { followed.follower.drained(); });
    raw.on('close', () => {
      clearInterval(keepAlive);
      followed.leave();
    });
  }
}
