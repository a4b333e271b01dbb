import { status } from '@grpc/grpc-js';
import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode, type GeneratedProvinceKey } from '@health-code/attestation';
import { secondsFromTimestamp, v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { accept, adapterOf, admit, ADMITTED, database, feeds, listed, loader, NOW, refusal, registry, state, store, useAdapterScene } from './adapter-scene.fixture.js';
import { RegistryLoader } from './registry-loader.js';
import { LiveRegistry } from './registry.js';

useAdapterScene();

describe('Adapter', () => {
  it('registers the province its certificate names, and keeps what it states', async () => {
    const { request, signing, sealing } = await state('520000', 'HC:GUIZHOU:', { accepted: false });
    const versionBefore = registry.version;
    expect(await adapterOf('520000').register(request)).toMatchObject({ province: '520000', contiguousSequence: 0 });

    expect(registry.version).not.toBe(versionBefore);
    expect(registry.find(signing.publicJwk.kid ?? '')).toMatchObject({ province: '520000', use: 'sig', algorithm: 'ES256' });
    expect(registry.findProvince('520000')).toMatchObject({ registered: true, standing: 'admitted', encryptionKey: { kid: sealing.publicJwk.kid } });
    expect(registry.isRuleRegistered('520000', '520000-conversion', '1')).toBe(true);
    expect(registry.isRuleRegistered('110000', '520000-conversion', '1')).toBe(false);

    const restarted = new LiveRegistry();
    await new RegistryLoader(store, restarted).refresh();
    expect(restarted.provinces()).toEqual(registry.provinces());
  });

  it('accepts the keys of a founding member once, and later ones only after they were accepted', async () => {
    const later = await state('520000', 'HC:GUIZHOU:', { accepted: false });
    expect(await refusal(adapterOf('520000').register(later.request))).toEqual({ code: status.FAILED_PRECONDITION, reason: 'KEY_NOT_ACCEPTED', fields: ['keys[0]', 'keys[1]'] });
    await accept('520000', later.signing);
    expect(await refusal(adapterOf('520000').register(later.request))).toMatchObject({ reason: 'KEY_NOT_ACCEPTED', fields: ['keys[1]'] });
    await accept('520000', later.sealing);
    expect(await adapterOf('520000').register(later.request)).toMatchObject({ province: '520000' });
  });

  it('puts the first keys of a founding member through the gates of everybody else’s', async () => {
    const { request } = await state('110000', 'HC:BEIJING:', { accepted: false });
    const known = { kty: 'EC', crv: 'P-256', x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0', y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps', use: 'enc', alg: 'ECDH-ES' };
    const keys = [request.keys?.[0] ?? {}, { jwk: JSON.stringify(known), use: v1.KeyUse.KEY_USE_ENCRYPTION }];
    expect(await refusal(adapterOf('110000').register({ ...request, keys }))).toMatchObject({ reason: 'REGISTRATION_INVALID', fields: ['keys[1]'] });
  });

  it('tells the protocol version that both speak, and refuses who speaks none in common', async () => {
    const { request } = await state('310000', 'HC:SHANGHAI:');
    expect(await adapterOf('310000').register(request)).toMatchObject({ protocolVersion: 1, hubProtocolVersions: [1, 2] });
    expect(await adapterOf('310000').register({ ...request, protocolVersions: [1, 2, 3] })).toMatchObject({ protocolVersion: 2 });
    expect(await refusal(adapterOf('310000').register({ ...request, protocolVersions: [3, 4] }))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'PROTOCOL_VERSION_UNSUPPORTED' });
  });

  it('seals to the first of two keys to encrypt to, whatever their names', async () => {
    const { request, sealing } = await state('310000', 'HC:SHANGHAI:');
    const second = await generateProvinceKey('enc');
    await accept('310000', second);
    const [signing = {}, first = {}] = request.keys ?? [];
    const other = { jwk: JSON.stringify(second.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION };
    await adapterOf('310000').register({ ...request, keys: [signing, other, first] });
    expect(registry.findProvince('310000')?.encryptionKey?.kid).toBe(second.publicJwk.kid);
    await adapterOf('310000').register({ ...request, keys: [signing, first, other] });
    expect(registry.findProvince('310000')?.encryptionKey?.kid).toBe(sealing.publicJwk.kid);
    expect(await refusal(adapterOf('310000').register({ ...request, keys: [signing, first, other, other] }))).toMatchObject({ reason: 'REGISTRATION_INVALID' });
  });

  it('keeps the end of a key as it was accepted, whatever the registration says', async () => {
    const [signing, { request }] = await Promise.all([generateProvinceKey('sig'), state('310000', 'HC:SHANGHAI:')]);
    await accept('310000', { ...signing, publicJwk: { ...signing.publicJwk, exp: NOW + 60 } as GeneratedProvinceKey['publicJwk'] });
    const proof = await createPossessionProof(await importSigningKey(signing.privateJwk), parseProvinceCode('310000'));
    const keys = [...(request.keys ?? []), { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof }];
    await adapterOf('310000').register({ ...request, keys });
    expect(registry.find(signing.publicJwk.kid ?? '')?.notAfter).toBe(NOW + 60);
  });

  it('keeps former keys, so that what they signed stays verifiable', async () => {
    const former = await state('310000', 'HC:SHANGHAI:');
    const later = await state('310000', 'HC:SHANGHAI:');
    await adapterOf('310000').register(former.request);
    await adapterOf('310000').register(later.request);
    expect(registry.find(former.signing.publicJwk.kid ?? '')?.use).toBe('sig');
    expect([former.signing, former.sealing, later.signing, later.sealing].map(({ publicJwk }) => registry.find(publicJwk.kid ?? '')?.province)).toEqual(Array.from({ length: 4 }, () => '310000'));
  });

  it('retires a key that is no longer stated, for good and for every replica', async () => {
    const former = await state('310000', 'HC:SHANGHAI:');
    const later = await state('310000', 'HC:SHANGHAI:');
    const end = (key: GeneratedProvinceKey, among = registry): number | undefined => among.find(key.publicJwk.kid ?? '')?.notAfter;
    await adapterOf('310000').register(former.request);
    await adapterOf('310000').register(former.request);
    expect([end(former.signing), end(former.sealing)]).toEqual([undefined, undefined]);

    await adapterOf('310000').register(later.request);
    expect([end(former.signing), end(former.sealing), end(later.signing), end(later.sealing)]).toEqual([NOW, NOW, undefined, undefined]);
    expect(registry.findProvince('310000')?.encryptionKey?.kid).toBe(later.sealing.publicJwk.kid);
    expect(registry.findKeySet('310000').keys).toContainEqual({ ...former.signing.publicJwk, exp: NOW });
    expect(registry.findKeySet('310000').keys).toContainEqual(later.signing.publicJwk);

    expect(await refusal(adapterOf('310000').register(former.request))).toMatchObject({ reason: 'REGISTRATION_INVALID', fields: ['keys[0]', 'keys[1]'] });
    const refusals: readonly { readonly detail: string }[] = await database.query(`SELECT detail FROM membership_event WHERE name = 'registration.refused' ORDER BY id DESC LIMIT 1`);
    expect(refusals).toEqual([{ detail: 'REGISTRATION_INVALID: keys[0], keys[1]' }]);
    const elsewhere = new LiveRegistry();
    await new RegistryLoader(store, elsewhere).refresh();
    expect([end(former.signing, elsewhere), end(later.signing, elsewhere)]).toEqual([NOW, undefined]);
  });

  it('refuses the key of another province, and undoes the whole registration', async () => {
    const guizhou = await state('520000', 'HC:GUIZHOU:');
    await adapterOf('520000').register(guizhou.request);
    const stolen = await state('110000', 'HC:BEIJING:');
    const keys = [stolen.request.keys?.[0] ?? {}, { jwk: JSON.stringify(guizhou.sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION }];
    expect(await refusal(adapterOf('110000').register({ ...stolen.request, keys }))).toEqual({
      code: status.INVALID_ARGUMENT,
      reason: 'REGISTRATION_INVALID',
      fields: ['keys[1]'],
    });
    await loader.refresh();
    expect(registry.findProvince('110000')?.registered).toBe(false);
    expect(registry.find(stolen.signing.publicJwk.kid ?? '')).toBeUndefined();
  });

  it('refuses codes that another province has claimed', async () => {
    const { request } = await state('110000', 'HC:GUIZHOU:B');
    expect(await refusal(adapterOf('110000').register(request))).toMatchObject({ reason: 'REGISTRATION_INVALID', fields: ['recognisers[0]'] });
  });

  it('lets only one of two provinces claim the same codes at the same moment', async () => {
    const [one, other] = await Promise.all([state('310000', 'HC:CONTESTED:'), state('520000', 'HC:CONTESTED:')]);
    const outcomes = await Promise.allSettled([adapterOf('310000').register(one.request), adapterOf('520000').register(other.request)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('takes heartbeats of registered provinces, and tells them the time', async () => {
    const answer = await adapterOf('520000').heartbeat({ lastSequence: 9, localSystemReachable: true });
    expect(secondsFromTimestamp(answer.hubTime)).toBe(NOW);
    expect(feeds.snapshot().find(({ issuer }) => issuer === '520000')?.highest).toBe(9);
    expect(registry.findProvince('520000')?.lastHeartbeatAt).toBe(NOW);
    const elsewhere = new LiveRegistry();
    await new RegistryLoader(store, elsewhere).refresh();
    expect(elsewhere.findProvince('520000')?.lastHeartbeatAt).toBe(NOW);
    expect(await refusal(adapterOf('110000').heartbeat({}))).toMatchObject({ reason: 'PROVINCE_NOT_REGISTERED' });
  });

  it('is told only by who follows its local system that what was stated still holds', async () => {
    const confirmedAfter = async (heartbeat: v1.IHeartbeatRequest): Promise<number | undefined> => {
      await adapterOf('310000').heartbeat({ lastSequence: 0, ...heartbeat });
      return feeds.snapshot().find(({ issuer }) => issuer === '310000')?.confirmedAt;
    };
    expect(await confirmedAfter({})).toBe(0);
    expect(await confirmedAfter({ localSystemReachable: true })).toBe(0);
    expect(await confirmedAfter({ localSystemFollowed: true })).toBe(0);
    expect(await confirmedAfter({ localSystemReachable: true, localSystemFollowed: true })).toBe(NOW);
  });

  it('refuses a province that is not admitted', async () => {
    expect(await refusal(adapterOf('stranger').heartbeat({}))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'PROVINCE_NOT_ADMITTED' });
  });
});

describe('RegistryStore', () => {
  it('takes from a province at once the codes it may no longer claim', async () => {
    await adapterOf('520000').register((await state('520000', 'HC:GUIZHOU:')).request);
    await store.applyAdmission([{ ...admit('520000'), codePrefixes: ['HC:GUIZHOU:', 'https://gz.example/'] }]);
    await loader.refresh();
    expect(registry.findProvince('520000')?.recognisers).toMatchObject([{ prefix: 'HC:GUIZHOU:' }]);
    await store.applyAdmission([{ ...admit('520000'), codePrefixes: ['https://gz.example/'] }]);
    await loader.refresh();
    expect(registry.findProvince('520000')?.recognisers).toEqual([]);
  });

  it('suspends who is no longer admitted, and keeps the keys', async () => {
    const keysBefore = registry.findKeySet('310000').keys.length;
    await store.applyAdmission([admit('520000', 'suspended'), admit('110000')]);
    await loader.refresh();
    expect(registry.provinces().map(({ code, standing }) => [code, standing])).toEqual([
      ['110000', 'admitted'],
      ['310000', 'suspended'],
      ['520000', 'suspended'],
    ]);
    expect(registry.findKeySet('310000').keys).toHaveLength(keysBefore);
    await store.applyAdmission(ADMITTED);
    await loader.refresh();
  });
});

describe('ListForeignStatements', () => {
  const REFERENCE = `1.${'A'.repeat(43)}`;

  it('answers what others state, asked in the name of the caller', async () => {
    listed.length = 0;
    const { attestations } = await adapterOf('310000').listForeignStatements({ subjectReference: REFERENCE, kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST });
    expect(attestations.map((token) => Buffer.from(token).toString())).toEqual(['a.b.c']);
    await adapterOf('310000').listForeignStatements({ subjectReference: REFERENCE });
    expect(listed).toEqual([[REFERENCE, 'nucleic-acid-test', '310000', NOW], [REFERENCE, 'health-status', '310000', NOW]]);
  });

  it('refuses what is no reference or no kind', async () => {
    const asked = adapterOf('310000').listForeignStatements({ subjectReference: '520199190001010016', kind: 99 as v1.AttestationKind });
    expect(await refusal(asked)).toMatchObject({ reason: 'REQUEST_INVALID', fields: ['subject_reference', 'kind'] });
  });
});
