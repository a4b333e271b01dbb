import { parseAttestation, unpackPresentation, verifyAttestation, createKeyRing, importProvinceKey } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_DEPENDANTS } from '../direct-mode/proxies.js';
import { endOfChinaDay } from '../local-format/china-time.js';
import { CODE, now } from '../memory-province.fixture.js';
import type { HealthDeclaration } from '../national-code-port.js';
import { startAdapterUnderTest, type AdapterUnderTest } from '../running-adapter.fixture.js';
import { drawnIn, HolderBrowser, HolderProvince, scan } from './holder.fixture.js';

let adapter: AdapterUnderTest;
let province: HolderProvince;

beforeAll(async () => {
  adapter = await startAdapterUnderTest();
  province = await HolderProvince.start(adapter.config.subjectKey);
  await adapter.stop();
  await adapter.start(province.definition);
}, 60_000);
afterAll(async () => {
  await adapter.close();
  await province.end();
});
beforeEach(() => {
  province.clock = 0;
});

async function enter(who: HealthDeclaration): Promise<HolderBrowser> {
  const browser = new HolderBrowser(adapter.httpAddress());
  expect((await browser.logIn(who)).status).toBe(303);
  return browser;
}

async function family(facts: Partial<HealthDeclaration> = {}): Promise<{ readonly agent: HealthDeclaration; readonly member: HealthDeclaration }> {
  const agent = await province.declare({ name: '测试乙' });
  return { agent, member: await province.declare({ name: '测试丙', agent: province.agentOf(agent), ...facts }) };
}

const alone = ({ agent: _agent, ...declaration }: HealthDeclaration): HealthDeclaration => declaration;

/** Online as the hub asks; offline as whoever holds the province's key. */
async function attestationOf(text: string): Promise<string | undefined> {
  if (!text.startsWith('CNHC1:')) return (await adapter.scan(text)).attested?.attestation ?? undefined;
  const presentation = unpackPresentation(text);
  const jwk = adapter.hub.registrations.at(-1)?.keys.find(({ use }) => use === v1.KeyUse.KEY_USE_SIGNATURE)?.jwk ?? '';
  await verifyAttestation(parseAttestation(presentation), createKeyRing([await importProvinceKey(JSON.parse(jwk), CODE)]), now());
  return presentation.slice(0, presentation.indexOf('~'));
}

describe('the code shown by the person', () => {
  it('is scanned once, within its minute: a picture of it is spent, and later it has run out, each said by its own code', async () => {
    const who = await province.declare();
    const browser = await enter(who);
    const [member = ''] = browser.members;
    const { body } = await browser.code(member);
    expect(body).toMatchObject({ look: 'green', shape: '●', word: 'GREEN', wordOther: '绿码', maskedName: '测**' });
    expect(body['secondsLeft']).toBeGreaterThan(55);
    const text = scan(body as never);
    const atOnce = await Promise.all([adapter.scan(text), adapter.scan(text), adapter.scan(text)]);
    expect(atOnce.map(({ error }) => error?.code ?? 'answered').sort()).toEqual(['LOCAL_CODE_SPENT', 'LOCAL_CODE_SPENT', 'answered']);
    const kept = await browser.show(member);
    province.clock = 61_000;
    expect((await adapter.scan(kept)).error?.code).toBe('LOCAL_CODE_EXPIRED');
    expect((await adapter.scan(text)).error?.code).toBe('LOCAL_CODE_EXPIRED');
  });

  it('without a network stands until the day ends in China, says exactly that, and is given again', async () => {
    const browser = await enter(await province.declare({ symptoms: ['2'] }));
    const [member = ''] = browser.members;
    const { body } = await browser.code(member, 'offline');
    const token = await attestationOf(scan(body as never));
    const { claims } = parseAttestation(token ?? '');
    expect(claims).toMatchObject({ status: '01', expiresAt: Math.min(endOfChinaDay(Date.now()) / 1000, claims.issuedAt + adapter.config.attestationLifetimeSeconds) });
    expect(body).toMatchObject({ look: 'yellow', shape: '▲', expiresAt: claims.expiresAt });
    expect(await attestationOf(await browser.show(member, 'offline'))).toBe(token);
  });

  it('is on the sheet the same signed statement, with word, shape, masked name and the end', async () => {
    const browser = await enter(await province.declare({ contactHistory: true }));
    const [member = ''] = browser.members;
    const { status, text } = await browser.sheet(member);
    expect(status).toBe(200);
    for (const part of ['■', '红码', 'RED', '测**', '须与本人身份证件同时出示', CODE]) expect(text).toContain(part);
    expect(text).not.toContain('测试');
    expect(parseAttestation((await attestationOf(scan(drawnIn(text)))) ?? '').claims).toMatchObject({ status: '10' });
  });

  it('is not there for whoever has no status', async () => {
    const who = await province.declare();
    const browser = await enter(who);
    province.clock = 15 * 86_400_000;
    const { status, body } = await browser.code(browser.members[0] ?? '');
    expect([status, body['code']]).toEqual([409, 'HOLDER_NO_STATUS']);
  });
});

describe('a code that an agent shows (代办)', () => {
  it('gives the verdict of the person\'s own, online and offline', async () => {
    const { agent, member } = await family({ symptoms: ['2'] });
    const [agents, own] = [await enter(agent), await enter(member)];
    for (const form of ['online', 'offline'] as const) {
      const [byAgent, byPerson] = [await agents.show(agents.members[1] ?? '', form), await own.show(own.members[0] ?? '', form)];
      expect(await attestationOf(byAgent)).toBe(await attestationOf(byPerson));
    }
    const sheets = [await agents.sheet(agents.members[1] ?? ''), await own.sheet(own.members[0] ?? '')];
    const [one, other] = sheets.map(({ text }) => unpackPresentation(scan(drawnIn(text))));
    expect(one).toBe(other);
  });

  it('is told to the person and to the agent: who, what to the person, which form, how often', async () => {
    const { agent, member } = await family();
    const agents = await enter(agent);
    const [, name = ''] = agents.members;
    await agents.show(name);
    await agents.show(name);
    await agents.sheet(name);
    const own = await enter(member);
    for (const page of [own.page, await agents.open(`/holder?member=${name}&lang=en`)]) {
      const made = page.slice(page.indexOf('id="made"'), page.indexOf('</section>', page.indexOf('id="made"')));
      expect(made).toMatch(/Online code · [^<]* · 2 ×/);
      expect(made).toMatch(/Printed code · [^<]* · 1 ×/);
    }
    expect(own.page).toContain('测**（child） · ');
    await own.show(own.members[0] ?? '');
    expect((await own.open()).match(/<li>/g)).toHaveLength(2);
  });

  it('bears the name that the person declared, and none that would fit the agent', async () => {
    const [agent, who] = [await province.declare({ name: '李四' }), await province.declare()];
    await province.operations.declareHealth({ ...who, name: agent.name, agent: province.agentOf(agent) });
    const agents = await enter(agent);
    expect((await agents.code(agents.members[1] ?? '', 'offline')).body).toMatchObject({ maskedName: '测**' });
  });

  it('shows the agent nothing but masked particulars', async () => {
    const { agent, member } = await family();
    const agents = await enter(agent);
    const [, name = ''] = agents.members;
    const seen = [agents.page, await agents.open(`/holder?member=${name}&lang=en`), JSON.stringify((await agents.code(name, 'offline')).body), (await agents.sheet(name)).text].join();
    for (const secret of [member.name, member.document.number, member.subjectReference, agent.subjectReference, agent.name]) expect(seen).not.toContain(secret);
  });

  it('is refused to whoever never declared for the person, whose right has ended, and who declares for too many', async () => {
    const { agent, member } = await family();
    const stranger = await province.declare();
    const [agents, strangers, own] = [await enter(agent), await enter(stranger), await enter(member)];
    const [, name = ''] = agents.members;
    expect(await strangers.code(name)).toMatchObject({ status: 404, body: { code: 'HOLDER_MEMBER_UNKNOWN' } });
    expect(await strangers.code(own.members[0] ?? '')).toMatchObject({ status: 404, body: { code: 'HOLDER_MEMBER_UNKNOWN' } });
    await expect(province.operations.applyCode(member.subjectReference, '', 'self', stranger.subjectReference)).rejects.toMatchObject({ code: 'LOCAL_AGENT_UNKNOWN' });
    await province.operations.declareHealth(alone(member));
    expect(await agents.code(name)).toMatchObject({ status: 403, body: { code: 'LOCAL_AGENT_ENDED' } });
    expect((await agents.sheet(name)).headers.get('x-error-code')).toBe('LOCAL_AGENT_ENDED');
    for (let count = 0; count < MAX_DEPENDANTS - 1; count += 1) await province.declare({ agent: province.agentOf(agent) });
    await expect(province.declare({ agent: province.agentOf(agent) })).rejects.toMatchObject({ code: 'LOCAL_AGENT_FULL' });
  });

  it('is gone from the agent\'s phone with the right, and the reason stands in its place', async () => {
    const { agent, member } = await family();
    const agents = await enter(agent);
    expect(agents.members).toHaveLength(2);
    await province.operations.declareHealth(alone(member));
    expect(await agents.open()).toContain('The person has declared alone since');
    expect(agents.members).toHaveLength(1);
    const { agent: second } = await family();
    const later = await enter(second);
    province.clock = 15 * 86_400_000;
    expect(await later.open()).toContain('The declaration has ended');
    expect(later.members).toHaveLength(1);
    province.clock = 29 * 86_400_000;
    expect(await later.open()).not.toContain('id="ended"');
  });

  it('is not made of an application whose right ended in between', async () => {
    const { agent, member } = await family();
    const application = await province.operations.applyCode(member.subjectReference, '', 'self', agent.subjectReference);
    await province.operations.declareHealth(alone(member));
    await expect(province.operations.makeCode(application, '')).rejects.toMatchObject({ code: 'LOCAL_AGENT_ENDED' });
  });
});

describe('the login', () => {
  it('tells nobody which part was wrong, and after five failures looks at nothing more', async () => {
    const who = await province.declare();
    const browser = new HolderBrowser(adapter.httpAddress());
    const nobody = await browser.logIn({ ...who, document: { ...who.document, number: '995299190001010999' } });
    for (const wrong of [{ name: '别人' }, { phone: '1' }, { name: '<script>alert(1)</script>' }, { name: '\u202e测试甲' }, { name: '测'.repeat(200) }]) {
      const page = await browser.logIn({ ...who, ...wrong });
      expect([page.status, page.headers.get('x-error-code'), page.text]).toEqual([401, 'HOLDER_LOGIN_REFUSED', nobody.text]);
    }
    const right = await browser.logIn(who);
    expect([right.status, right.headers.get('x-error-code')]).toEqual([429, 'HOLDER_LOGIN_LIMITED']);
    expect(browser.cookie).toBe('');
  });

  it('of somebody is not made another by an agent: with the agent\'s telephone number nobody is the person', async () => {
    const [agent, who] = [await province.declare(), await province.declare()];
    const byAgent = { ...who, phone: '19911112222', agent: province.agentOf(agent) };
    await province.operations.declareHealth(byAgent);
    expect((await new HolderBrowser(adapter.httpAddress()).logIn(byAgent)).headers.get('x-error-code')).toBe('HOLDER_LOGIN_REFUSED');
    expect((await enter(who)).page).toContain('data-member');
    await province.operations.declareHealth({ ...who, phone: '19933334444' });
    await enter({ ...who, phone: '19933334444' });
  });

  it('of many at once lets no more be compared than one after another', async () => {
    const who = await province.declare();
    const browsers = Array.from({ length: 20 }, () => new HolderBrowser(adapter.httpAddress()));
    const codes = await Promise.all(browsers.map(async (browser) => (await browser.logIn({ ...who, phone: '1' })).headers.get('x-error-code')));
    expect(codes.filter((code) => code === 'HOLDER_LOGIN_REFUSED')).toHaveLength(5);
  });

  it('sets a cookie that no script reads and no other site sends', async () => {
    const who = await province.declare();
    const { headers } = await new HolderBrowser(adapter.httpAddress()).logIn(who);
    expect(headers.get('set-cookie')).toMatch(/^__Secure-holder=[\w-]{43}; Path=\/holder; Max-Age=600; HttpOnly; Secure; SameSite=Strict$/);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('is none of another site\'s, with or without a browser that says where it comes from', async () => {
    const who = await province.declare();
    const fields = { documentType: who.document.type, documentNumber: who.document.number, name: who.name, phone: who.phone };
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site', origin: `http://${adapter.httpAddress()}` }, {} as Record<string, string>]) {
      const page = await new HolderBrowser(adapter.httpAddress()).post('/holder/login', fields, headers);
      expect([page.status, page.headers.get('x-error-code')]).toEqual([403, 'HOLDER_REQUEST_FOREIGN']);
    }
  });
});

describe('a session', () => {
  it.each([['forged', `__Secure-holder=${'A'.repeat(43)}`], ['no token', '__Secure-holder=../../etc'], ['absent', '']])('is none with a cookie that is %s', async (_what, cookie) => {
    const browser = await enter(await province.declare());
    const [member = ''] = browser.members;
    browser.cookie = cookie;
    expect(await browser.code(member)).toMatchObject({ status: 401, body: { code: 'HOLDER_SESSION_ENDED' } });
    expect((await browser.get()).text).toContain('name="documentNumber"');
  });

  it('makes no code without the token of its own page', async () => {
    const [one, other] = [await enter(await province.declare()), await enter(await province.declare())];
    const [member = ''] = one.members;
    for (const token of ['', other.token]) {
      const { status, text } = await one.post('/holder/code', { member, token });
      expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([403, 'HOLDER_REQUEST_FOREIGN']);
    }
  });

  it('of one person shows nothing of another: not by name, by reference, or by the name in another session', async () => {
    const victim = await province.declare();
    const [thief, owner] = [await enter(await province.declare()), await enter(victim)];
    for (const member of [owner.members[0] ?? '', victim.subjectReference, victim.document.number, '', '__proto__']) {
      expect(await thief.code(member)).toMatchObject({ status: 404, body: { code: 'HOLDER_MEMBER_UNKNOWN' } });
      expect((await thief.get(`/holder?member=${encodeURIComponent(member)}`)).status).toBe(404);
    }
  });

  it('ends when the person says so', async () => {
    const browser = await enter(await province.declare());
    const { cookie, token } = browser;
    const [member = ''] = browser.members;
    await browser.post('/holder/logout', { token });
    browser.cookie = cookie;
    expect(await browser.code(member)).toMatchObject({ status: 401 });
  });
});

describe('hostile text', () => {
  it.each(['<img src=x onerror=alert(1)>', '\u202e甲乙', `甲${'乙'.repeat(80)}`, '"><script>alert(1)</script>', '甲\u2066乙'])('in a name is shown nowhere: %j', async (name) => {
    const agent = await province.declare();
    await province.declare({ name, agent: { ...province.agentOf(agent), name } });
    const browser = await enter(agent);
    const [, member = ''] = browser.members;
    const { status, text } = await browser.sheet(member);
    expect(status).toBe(200);
    for (const page of [await browser.open(`/holder?member=${member}`), text, JSON.stringify((await browser.code(member, 'offline')).body)]) {
      expect(page).not.toMatch(/<img|<script>|[\u202a-\u202e\u2066-\u2069]|乙乙/);
    }
  });

  it('in a query or a form is no word of the page', async () => {
    const browser = await enter(await province.declare());
    const page = await browser.get('/holder?lang=%22%3E%3Cscript%3E&form=%3Cb%3E');
    expect([page.status, page.text.includes('"><script>')]).toEqual([200, false]);
    expect((await browser.post('/holder/code', { member: 'x'.repeat(5000), token: browser.token })).status).toBe(413);
    const twice = await fetch(`http://${adapter.httpAddress()}/holder/code`, {
      method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: browser.cookie, origin: browser.address }, body: `token=${browser.token}&token=${browser.token}&member=${browser.members[0] ?? ''}`,
    });
    expect(twice.status).toBe(403);
    expect((await fetch(`http://${adapter.httpAddress()}/holder/code`, { method: 'POST', headers: { 'content-type': 'application/json', origin: browser.address }, body: '{}' })).status).toBe(415);
  });
});

it('a province that is not asked through its stand-in has no such page', async () => {
  await adapter.stop();
  const { definition } = province;
  await adapter.start({ ...definition, createSource: (options) => ({ ...definition.createSource(options), holder: undefined }) as never });
  expect((await new HolderBrowser(adapter.httpAddress()).get()).status).toBe(404);
});
