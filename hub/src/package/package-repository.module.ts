import { Module } from '@nestjs/common';
import { PackageRepository } from './package-repository.js';

/** What is published, and no more: for whoever hands it on or tells of it. */
@Module({ providers: [{ provide: PackageRepository, useFactory: () => new PackageRepository() }], exports: [PackageRepository] })
export class PackageRepositoryModule {}
