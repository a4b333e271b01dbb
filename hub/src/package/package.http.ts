import { Controller, Get, Inject, NotFoundException, Param, Res } from '@nestjs/common';
import { PackageRepository } from './package-repository.js';

/** What of a reply is used here; Fastify's satisfies it. */
interface Reply {
  header(name: string, value: string): Reply;
  send(content: Uint8Array): unknown;
}

const FOREVER = 'public, max-age=31536000, immutable';
/** Asked for anew each time: how old a package may be is decided by what it says, not by who passed it on. */
const NEVER = 'no-cache';

/** 离线核验包 over HTTP, laid out as clients of The Update Framework ask for it. Public: nothing in it is about a person or secret. */
@Controller('package')
export class PackageHttp {
  readonly #repository: PackageRepository;

  constructor(@Inject(PackageRepository) repository: PackageRepository) {
    this.#repository = repository;
  }

  /** `timestamp.json`, `<version>.snapshot.json`, `<version>.targets.json`, `<version>.root.json`. */
  @Get('metadata/:file')
  getMetadata(@Param('file') file: string, @Res() reply: Reply): void {
    this.#answer(`metadata/${file}`, reply);
  }

  /** `<sha256>.<name>`. */
  @Get('targets/:file')
  getTarget(@Param('file') file: string, @Res() reply: Reply): void {
    this.#answer(`targets/${file}`, reply);
  }

  #answer(path: string, reply: Reply): void {
    const file = this.#repository.findFile(path);
    if (file === undefined) {
      // The next root is asked for until it is there: that it was not must not be remembered.
      reply.header('cache-control', 'no-store');
      throw new NotFoundException();
    }
    reply
      .header('content-type', 'application/json')
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', file.isImmutable ? FOREVER : NEVER)
      .send(file.content);
  }
}
