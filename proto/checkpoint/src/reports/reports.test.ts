import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { v1 } from '@health-code/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPORT_MAX_COUNTS, type Check } from './check-counts.js';
import { ReportFolder } from './report-folder.store.js';
import { sendReports, type ReportChecks } from './send-reports.js';

const NOW = 1_700_000_000;
const HOUR = NOW - (NOW % 3600);

let folder: string;

const check = (changes: Partial<Check> = {}): Check => ({
  purpose: v1.Purpose.PURPOSE_CHECKPOINT, recognition: v1.Recognition.RECOGNITION_RECOGNISED, errorCode: '', issuer: '520000', ...changes,
});
const taken: v1.ReportChecksRequest.$Properties[] = [];
const hub: ReportChecks = async (request) => {
  const isRepetition = taken.some(({ reportId }) => reportId === request.reportId);
  taken.push(request);
  return v1.ReportChecksResponse.create({ isRepetition });
};
const failing = (code: status): ReportChecks => () => Promise.reject(Object.assign(new Error('refused'), { code }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'health-code-reports-'));
  taken.length = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('ReportFolder', () => {
  it('counts what came out alike by the hour, and says no finer time', async () => {
    const reports = new ReportFolder(folder);
    reports.add(check(), NOW);
    reports.add(check(), NOW + 1);
    reports.add(check({ recognition: v1.Recognition.RECOGNITION_EXPIRED, errorCode: 'ATTESTATION_EXPIRED' }), NOW + 2);
    reports.add(check(), NOW + 3600);
    await reports.close();
    expect((await reports.listWaiting()).map(({ hour, counts }) => ({ hour, counts }))).toEqual([
      { hour: HOUR, counts: [{ ...check(), count: 2 }, { ...check({ recognition: v1.Recognition.RECOGNITION_EXPIRED, errorCode: 'ATTESTATION_EXPIRED' }), count: 1 }] },
      { hour: HOUR + 3600, counts: [{ ...check(), count: 1 }] },
    ]);
    expect(reports.waiting).toBe(2);
    expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('begins another report where one holds as many different counts as it may', async () => {
    const reports = new ReportFolder(folder);
    for (let at = 0; at <= REPORT_MAX_COUNTS; at += 1) reports.add(check({ errorCode: `CODE_${String(at)}` }), NOW);
    await reports.close();
    expect((await reports.listWaiting()).map(({ counts }) => counts.length).sort()).toEqual([1, REPORT_MAX_COUNTS].sort());
  });

  it('keeps what was saved through a kill, and no other process sends what is still added to', async () => {
    const killed = new ReportFolder(folder);
    killed.add(check(), NOW);
    await killed.save();
    killed.add(check(), NOW);
    await killed.save();
    expect(await new ReportFolder(folder).listWaiting()).toEqual([]);
    const next = new ReportFolder(folder);
    await next.adopt();
    expect((await next.listWaiting()).map(({ counts }) => counts)).toEqual([[{ ...check(), count: 2 }]]);
    expect(next.waiting).toBe(1);
  });

  it('passes over what is none of its files', async () => {
    writeFileSync(join(folder, 'note.json'), '{}');
    writeFileSync(join(folder, 'half.json'), '{"reportId":');
    expect(await new ReportFolder(folder).listWaiting()).toEqual([]);
  });

  it('keeps in memory what it cannot write, and writes it when it can', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    const reports = new ReportFolder(folder);
    reports.add(check(), NOW);
    await expect(reports.save()).rejects.toMatchObject({ code: 'REPORT_STORAGE_FAILED' });
    await expect(reports.close()).rejects.toMatchObject({ code: 'REPORT_STORAGE_FAILED' });
    reports.add(check(), NOW);
    chmodSync(folder, 0o600);
    rmSync(folder);
    await reports.close();
    expect((await reports.listWaiting()).map(({ counts }) => counts)).toEqual([[{ ...check(), count: 2 }]]);
  });
});

describe('sendReports', () => {
  const filled = async (): Promise<ReportFolder> => {
    const reports = new ReportFolder(folder);
    reports.add(check(), NOW);
    reports.add(check(), NOW + 3600);
    await reports.close();
    return reports;
  };

  it('sends each once, the oldest first, and keeps none that was taken', async () => {
    const reports = await filled();
    expect(await sendReports(reports, hub)).toEqual({ sent: 2, repeated: 0, refused: 0 });
    expect(taken.map(({ hour }) => hour?.seconds)).toEqual([HOUR, HOUR + 3600]);
    expect([reports.waiting, readdirSync(folder)]).toEqual([0, []]);
  });

  it('sends the same report again where the answer was lost, so that it is counted once', async () => {
    const reports = await filled();
    let isFirst = true;
    const loses: ReportChecks = async (request) => {
      const answer = await hub(request);
      if (!isFirst) return answer;
      isFirst = false;
      throw Object.assign(new Error('lost'), { code: status.UNAVAILABLE });
    };
    await expect(sendReports(reports, loses)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(reports.waiting).toBe(2);
    expect(await sendReports(reports, loses)).toEqual({ sent: 1, repeated: 1, refused: 0 });
    expect(new Set(taken.map(({ reportId }) => reportId)).size).toBe(2);
  });

  it('keeps every report while the hub is away, and gives up one that it refuses for what it is', async () => {
    const reports = await filled();
    await expect(sendReports(reports, failing(status.UNAVAILABLE))).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(await reports.listWaiting()).toHaveLength(2);
    expect(await sendReports(reports, failing(status.INVALID_ARGUMENT))).toEqual({ sent: 0, repeated: 0, refused: 2 });
    expect(await reports.listWaiting()).toEqual([]);
  });
});
