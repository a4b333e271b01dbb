import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LIFETIME, openListScene, stating, subject, type ListScene } from './status-list.fixture.js';
import { SuspensionStore } from './suspension.store.js';

const [INVALID, SUSPENDED] = [1, 2];

describe('SuspensionStore', () => {
  let scene: ListScene;
  let store: SuspensionStore;

  const listed = async (): Promise<Readonly<Record<number, number>>> => {
    const rows = await scene.database.query<{ sequence: string; status: number }[]>('SELECT sequence, status FROM listed_status ORDER BY sequence');
    return Object.fromEntries(rows.map(({ sequence, status }) => [Number(sequence), status]));
  };
  const suspend = (sequence: number): Promise<number> => store.suspend(sequence, scene.now);

  beforeAll(async () => {
    scene = await openListScene();
    store = new SuspensionStore(scene.database);
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  it('suspends and lifts, as often as it is asked, once', async () => {
    await scene.state(1, '00');
    await scene.state(2, '00');
    expect([await suspend(1), await suspend(1), await listed()]).toEqual([1, 0, { 1: SUSPENDED }]);
    expect([await store.lift(1), await store.lift(1), await listed()]).toEqual([1, 0, {}]);
  });

  it('suspends with an attestation the others that say the same and have not expired', async () => {
    await scene.state(1, '00');
    scene.now += LIFETIME / 2;
    await scene.state(1, '00');
    expect([await suspend(2), await listed()]).toEqual([2, { 1: SUSPENDED, 2: SUSPENDED }]);
    expect([await store.lift(1), await listed()]).toEqual([2, {}]);
  });

  it('outlasts a renewal, also after the suspended one has expired', async () => {
    await scene.state(1, '00');
    await suspend(1);
    scene.now += LIFETIME / 2;
    await scene.state(1, '00');
    expect(await listed()).toEqual({ 1: SUSPENDED, 2: SUSPENDED });
    scene.now += 3 * LIFETIME;
    await scene.state(1, '00');
    expect(await listed()).toMatchObject({ 3: SUSPENDED });
    await store.lift(1);
    expect(await listed()).toEqual({});
    scene.now += LIFETIME / 2;
    await scene.state(1, '00');
    expect(await listed()).toEqual({});
  });

  it('outlasts what says the same for a shorter time, which takes back what would stand for longer', async () => {
    await scene.state(1, '00');
    await suspend(1);
    await scene.attestor.attest({ subject: subject(1), record: { ...stating('00', scene.now), validUntil: scene.now + LIFETIME / 2 } }, Number.MAX_SAFE_INTEGER);
    expect(await listed()).toEqual({ 1: INVALID, 2: SUSPENDED });
    expect([await store.lift(2), await listed()]).toEqual([1, { 1: INVALID }]);
  });

  it('ends with the next thing that is said otherwise', async () => {
    await scene.state(1, '00');
    await suspend(1);
    await scene.state(1, '10');
    expect(await listed()).toEqual({ 1: INVALID });
    expect([await store.lift(1), await listed()]).toEqual([0, { 1: INVALID }]);
    await scene.state(1, '00');
    expect(await listed()).toEqual({ 1: INVALID, 2: INVALID });
  });

  it('refuses a number that was never issued, and what does not stand', async () => {
    await scene.state(1, '00');
    await scene.state(1, '10');
    await expect(suspend(3)).rejects.toMatchObject({ code: 'SUSPENSION_SEQUENCE_UNKNOWN' });
    await expect(store.lift(3)).rejects.toMatchObject({ code: 'SUSPENSION_SEQUENCE_UNKNOWN' });
    await expect(suspend(1)).rejects.toMatchObject({ code: 'SUSPENSION_NOT_STANDING' });
    scene.now += LIFETIME;
    await expect(suspend(2)).rejects.toMatchObject({ code: 'SUSPENSION_NOT_STANDING' });
    expect(await listed()).toEqual({ 1: INVALID });
  });
});
