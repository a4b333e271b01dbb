import { ATTESTATION_MAX_LIFETIME_SECONDS, CLOCK_TOLERANCE_SECONDS, STATUS_VALUES } from '@health-code/attestation';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listEarlierEntries } from './earlier-entries.store.js';
import { LIFETIME, openListScene, stating, subject, type ListScene } from './status-list.fixture.js';
import { CLEARED_AFTER_SECONDS, StatusListStore } from './status-list.store.js';

const { invalid: INVALID } = STATUS_VALUES;

describe('what becomes of status lists when attestations are appended', () => {
  let scene: ListScene;
  let store: StatusListStore;

  const listed = async (): Promise<Readonly<Record<number, number>>> => {
    const rows = await scene.database.query<{ sequence: string; status: number }[]>('SELECT sequence, status FROM listed_status ORDER BY sequence');
    return Object.fromEntries(rows.map(({ sequence, status }) => [Number(sequence), status]));
  };
  const versions = async (): Promise<readonly number[]> => (await store.readLists(scene.now)).lists.map(({ head }) => head.version);

  beforeAll(async () => {
    scene = await openListScene();
    store = new StatusListStore(scene.database);
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  it('begins a list with the first attestation, and leaves it as it is for the next', async () => {
    await scene.state(1, '00');
    await scene.state(2, '10');
    expect([await listed(), await versions()]).toEqual([{}, [1]]);
  });

  it('takes back what something else is said after', async () => {
    await scene.state(1, '00');
    await scene.state(2, '00');
    await scene.state(1, '10');
    expect([await listed(), await versions()]).toEqual([{ 1: INVALID }, [2]]);
  });

  it('takes back what is withdrawn', async () => {
    await scene.state(1, '00');
    await scene.withdraw(1);
    expect(await listed()).toEqual({ 1: INVALID });
  });

  it('sets no bit for an ordinary renewal', async () => {
    for (let renewal = 0; renewal < 5; renewal += 1) {
      await scene.state(1, '00');
      scene.now += LIFETIME / 2;
    }
    expect(await scene.outbox.readLastSequence()).toBe(5);
    expect([await listed(), await versions()]).toEqual([{}, [1]]);
  });

  it('takes back, with the last, every earlier one that it renewed and that has not expired', async () => {
    for (let renewal = 0; renewal < 4; renewal += 1) {
      await scene.state(1, '00');
      scene.now += LIFETIME / 2;
    }
    expect(await scene.state(1, '10')).toBe(5);
    // 1 and 2 have expired by any clock, or will not be taken for standing by one that is two minutes behind.
    expect(await listed()).toEqual({ 3: INVALID, 4: INVALID });
  });

  it('takes back what a clock that is behind still takes for standing', async () => {
    await scene.state(1, '00');
    scene.now += LIFETIME + CLOCK_TOLERANCE_SECONDS - 1;
    await scene.state(1, '10');
    expect(await listed()).toEqual({ 1: INVALID });
  });

  it('takes back what stands for longer than the local system says now', async () => {
    await scene.state(1, '00');
    const record = { ...stating('00', scene.now), validUntil: scene.now + 60 };
    const { attestation } = await scene.attestor.attest({ subject: subject(1), record }, scene.attestor.position);
    expect([attestation.sequence, attestation.expiresAt]).toEqual([2, scene.now + 60]);
    expect(await listed()).toEqual({ 1: INVALID });
  });

  it('leaves what was taken back so when the first is said again', async () => {
    await scene.state(1, '00');
    await scene.state(1, '01');
    await scene.state(1, '00');
    expect([await listed(), await versions()]).toEqual([{ 1: INVALID, 2: INVALID }, [3]]);
  });

  it('takes back within one batch what the batch itself says otherwise', async () => {
    const statements = (['00', '01', '00'] as const).map((status) => ({ subject: subject(1), record: stating(status, scene.now) }));
    await scene.attestor.record({ statements, readAt: 0 });
    expect([await listed(), await versions()]).toEqual([{ 1: INVALID, 2: INVALID }, [1]]);
  });

  it('keeps persons and kinds apart', async () => {
    await scene.state(1, '00');
    await scene.state(2, '00');
    const test = {
      kind: 'nucleic-acid-test', status: 'negative', since: scene.now - 100, validUntil: scene.now + 9000, reason: 'REASON_NOT_STATED', rule: { id: '520000-assignment', version: '1' },
      authority: '520000', evidence: 'laboratory', original: { system: 'guizhou-test', field: 'result', value: '阴性' }, test: { reportedAt: scene.now - 40, method: 'pooled', laboratory: '520100' },
    } as const;
    await scene.attestor.attest({ subject: subject(1), record: test }, scene.attestor.position);
    await scene.attestor.attest({ subject: subject(1), record: { ...test, since: scene.now - 50 } }, scene.attestor.position);
    await scene.state(1, '01');
    expect(await listed()).toEqual({ 1: INVALID, 3: INVALID });
  });

  it('changes no list when nothing is appended after all', async () => {
    await scene.state(1, '00');
    const lost = scene.outbox.append([], ({ lastSequence }) => Promise.resolve({
      entries: [{ sequence: lastSequence + 1, subject: subject(1), kind: 'health-status', token: 'x', issuedAt: scene.now, expiresAt: scene.now + 60, earlier: 'taken-back' }],
      cursor: { from: 'a cursor of another instance', to: 'b' },
    }));
    await expect(lost).rejects.toThrow('another instance');
    expect([await listed(), await versions()]).toEqual([{}, [1]]);
  });

  it('writes versions down without a gap while many attest at once', async () => {
    await Promise.all(Array.from({ length: 24 }, (_unused, person) => scene.state(person, '00')));
    await Promise.all(Array.from({ length: 24 }, (_unused, person) => scene.state(person, '10')));
    const changes = await store.readChanges(0);
    expect(changes.map(({ version }) => version)).toEqual(Array.from({ length: 25 }, (_unused, index) => index + 1));
    expect(Object.keys(await listed())).toHaveLength(24);
  });

  describe('signAnew', () => {
    it('gives a list that lives another version, and none to one in which everything has expired', async () => {
      await scene.state(1, '00');
      expect([await store.signAnew(scene.now), await versions()]).toEqual([[0], [2]]);
      scene.now += LIFETIME + 3600 + CLOCK_TOLERANCE_SECONDS;
      expect([await store.signAnew(scene.now), await versions()]).toEqual([[], []]);
      await scene.state(1, '00');
      expect(await store.signAnew(scene.now)).toEqual([0]);
      expect(await versions()).toEqual([3]);
    });

    it('clears what has expired by every clock, its own of a day ahead included, and nothing before', async () => {
      await scene.state(1, '00');
      await scene.state(1, '10');
      await scene.state(2, '00');
      scene.now += LIFETIME + CLEARED_AFTER_SECONDS - 1;
      await scene.state(2, '00');
      await store.signAnew(scene.now);
      expect(await listed()).toEqual({ 1: INVALID });
      scene.now += 1;
      await store.signAnew(scene.now);
      expect(await listed()).toEqual({});
      expect((await store.readChanges(0)).at(-1)).toMatchObject({ places: [0], statuses: [0], isSignedAnew: true });
    });
  });

  describe('in an outbox from before there were lists', () => {
    const ends = (): Promise<readonly object[]> => scene.database.query<object[]>('SELECT sequence, expires_at FROM attestation_outbox ORDER BY sequence');
    const forget = async (): Promise<void> => {
      await scene.database.query('TRUNCATE status_list, listed_status, status_list_change');
      await scene.database.query('UPDATE attestation_outbox SET expires_at = NULL');
      await scene.database.query('UPDATE issuer_sequence SET unlisted_up_to = last_sequence');
    };

    it('come out as if they had been kept from the beginning, once', async () => {
      for (let person = 0; person < 6; person += 1) await scene.state(person, '00');
      await scene.state(0, '10');
      await scene.withdraw(1);
      scene.now += LIFETIME / 2;
      await scene.state(2, '00');
      await scene.state(3, '00');
      await scene.state(3, '01');
      await scene.state(3, '00');
      const kept = await listed();
      expect(kept).toEqual({ 1: INVALID, 2: INVALID, 4: INVALID, 10: INVALID, 11: INVALID });
      const entries = await ends();
      const [before] = (await store.readLists(scene.now)).lists;
      await forget();
      await listEarlierEntries(scene.database, scene.now);
      expect(await listed()).toEqual(kept);
      expect(await ends()).toEqual(entries);
      expect((await store.readLists(scene.now)).lists[0]?.head).toEqual({ ...before?.head, version: 1 });
      await listEarlierEntries(scene.database, scene.now);
      expect(await versions()).toEqual([1]);
      expect(await scene.state(0, '00')).toBe(13);
      expect(await listed()).toMatchObject({ 7: INVALID });
    });

    it('come out the same whatever was said, of whom, and when', async () => {
      const said = fc.record({ person: fc.nat(2), status: fc.constantFrom('00' as const, '01' as const, 'none' as const), pause: fc.constantFrom(0, LIFETIME / 2, LIFETIME - 60, LIFETIME + 60) });
      await fc.assert(fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 14 }), async (history) => {
        await scene.clear();
        for (const { person, status, pause } of history) {
          if (status === 'none') await scene.withdraw(person);
          else await scene.state(person, status);
          scene.now += pause;
        }
        // What nobody cleared yet is in no list that is made now.
        await scene.database.query('DELETE FROM listed_status WHERE expires_at + $1::int <= $2', [CLOCK_TOLERANCE_SECONDS, scene.now]);
        const kept = await listed();
        await forget();
        await listEarlierEntries(scene.database, scene.now);
        expect(await listed()).toEqual(kept);
      }), { numRuns: 25 });
    });

    it('are looked through no further back than anything can stand', async () => {
      await scene.state(1, '00');
      await scene.state(1, '10');
      await forget();
      await scene.database.query(`UPDATE attestation_outbox SET created_at = now() - interval '${ATTESTATION_MAX_LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS} seconds' WHERE sequence = 1`);
      await listEarlierEntries(scene.database, scene.now);
      expect(await listed()).toEqual({});
    });
  });
});
