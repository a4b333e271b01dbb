import { getProvince } from '@health-code/attestation';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import type { FeedSnapshot } from '../ingest/feed-state.js';
import { serverStream, unary, type GrpcService } from '../platform/grpc-handlers.js';
import type { CitedFact, LiveRegistry, RegisteredRule } from '../registry/registry.js';
import { listRiskLevels, type RiskLevelReader } from '../risk-level/list-risk-levels.js';
import type { LedgerEntry } from './ledger.store.js';

/** Entries of one ListEntries when the caller names no number, and at most. */
export const LIST_LIMIT = { default: 1000, max: 10_000 } as const;

/** Entries read from the store at once: what one slow caller holds in memory. */
const PAGE = 200;

/** The part of the ledger's store that is read here. */
export interface LedgerReader {
  size(): Promise<number>;
  findEntry(issuer: string, sequence: number): Promise<LedgerEntry | undefined>;
  listEntries(from: number, limit: number): Promise<readonly LedgerEntry[]>;
  countUnexplained(): Promise<ReadonlyMap<string, number>>;
}

/** What is known of every issuer's feed. */
export interface FeedReader {
  snapshot(): readonly FeedSnapshot[];
}

const toEntry = (entry: LedgerEntry): v1.Entry.$Properties => ({
  index: entry.index,
  issuer: entry.issuer,
  sequence: entry.sequence,
  leafDigest: entry.leafDigest,
  salt: entry.salt,
  appendedAt: { seconds: Math.floor(entry.appendedAt / 1000), nanos: (entry.appendedAt % 1000) * 1_000_000 },
  ...(entry.token === undefined ? {} : { attestation: Buffer.from(entry.token, 'latin1') }),
});

const toFeed = (feed: FeedSnapshot, unexplained: number): v1.IssuerFeed.$Properties => ({
  issuer: feed.issuer,
  contiguousSequence: feed.contiguous,
  highestSequence: feed.highest,
  complete: feed.contiguous === feed.highest,
  ...(feed.confirmedAt === 0 ? {} : { confirmedAt: timestampFromSeconds(feed.confirmedAt) }),
  equivocations: feed.equivocations,
  quarantined: feed.quarantined,
  unexplained,
});

const FACT_MESSAGE: Readonly<Record<CitedFact, v1.CitedFact>> = { 'regional-risk-level': v1.CitedFact.CITED_FACT_REGIONAL_RISK_LEVEL };

const toRule = ({ id, version, title, facts }: RegisteredRule): v1.AssignmentRule.$Properties => ({ id, version, title, facts: facts.map((fact) => FACT_MESSAGE[fact]) });

const emptyFeed = (issuer: string): FeedSnapshot => ({ issuer, contiguous: 0, highest: 0, confirmedAt: 0, equivocations: 0, quarantined: 0 });

/** Service `Ledger`: read only, open to every party, and nothing in it is about a person. */
export class LedgerService implements GrpcService {
  readonly definition = v1.Ledger;
  readonly handlers;
  readonly #ledger: LedgerReader;
  readonly #feeds: FeedReader;
  readonly #registry: LiveRegistry;

  constructor(ledger: LedgerReader, feeds: FeedReader, registry: LiveRegistry, riskLevels: RiskLevelReader, hubJwks: string) {
    this.#ledger = ledger;
    this.#feeds = feeds;
    this.#registry = registry;
    this.handlers = {
      GetSummary: unary<v1.GetSummaryRequest, v1.GetSummaryResponse.$Properties>(() => this.#getSummary()),
      GetEntry: unary<v1.GetEntryRequest, v1.GetEntryResponse.$Properties>((request) => this.#getEntry(request)),
      ListEntries: serverStream<v1.ListEntriesRequest, v1.ListEntriesResponse.$Properties>((request) => this.#listEntries(request)),
      ListProvinces: unary<v1.ListProvincesRequest, v1.ListProvincesResponse.$Properties>(() => this.#listProvinces()),
      ListRiskLevels: unary<v1.ListRiskLevelsRequest, v1.ListRiskLevelsResponse.$Properties>((request) => listRiskLevels(request, riskLevels)),
      GetHubKeys: unary<v1.GetHubKeysRequest, v1.GetHubKeysResponse.$Properties>(() => ({ jwks: hubJwks })),
    };
  }

  async #getSummary(): Promise<v1.GetSummaryResponse.$Properties> {
    const heard = new Map(this.#feeds.snapshot().map((feed) => [feed.issuer, feed]));
    const [size, unexplained] = await Promise.all([this.#ledger.size(), this.#ledger.countUnexplained()]);
    const feeds = this.#registry.provinces().map(({ code }) => toFeed(heard.get(code) ?? emptyFeed(code), unexplained.get(code) ?? 0));
    return { size, feeds };
  }

  async #getEntry({ issuer, sequence }: v1.GetEntryRequest): Promise<v1.GetEntryResponse.$Properties> {
    const entry = Number.isSafeInteger(sequence) ? await this.#ledger.findEntry(issuer, sequence) : undefined;
    if (entry === undefined) throw new HubError('LEDGER_ENTRY_NOT_FOUND', 'the ledger holds no entry of this issuer and sequence');
    return { entry: toEntry(entry) };
  }

  async *#listEntries({ fromIndex, limit }: v1.ListEntriesRequest): AsyncGenerator<v1.ListEntriesResponse.$Properties> {
    if (!Number.isSafeInteger(fromIndex) || limit > LIST_LIMIT.max) {
      const violation =
        limit > LIST_LIMIT.max
          ? { field: 'limit', description: `is more than ${String(LIST_LIMIT.max)}` }
          : { field: 'from_index', description: 'is more than 2^53 - 1' };
      throw new HubError('REQUEST_INVALID', 'the range is refused', { fieldViolations: [violation] });
    }
    let next = fromIndex;
    const end = fromIndex + (limit === 0 ? LIST_LIMIT.default : limit);
    while (next < end) {
      const page = await this.#ledger.listEntries(next, Math.min(PAGE, end - next));
      for (const entry of page) {
        if (entry.index >= end) return;
        yield { entry: toEntry(entry) };
      }
      const last = page.at(-1);
      if (last === undefined) return;
      next = last.index + 1;
    }
  }

  #listProvinces(): v1.ListProvincesResponse.$Properties {
    const provinces = this.#registry.provinces().map((province): v1.Province.$Properties => {
      const { slug, name } = getProvince(province.code);
      return {
        code: province.code,
        slug,
        name,
        standing: province.standing,
        jwks: JSON.stringify(this.#registry.findKeySet(province.code)),
        rules: this.#registry.findRules(province.code).map(toRule),
        ...(province.lastHeartbeatAt === undefined ? {} : { lastHeartbeatAt: timestampFromSeconds(Math.floor(province.lastHeartbeatAt)) }),
      };
    });
    return { provinces };
  }
}
