import type { DeclaringAgent } from '../national-code-port.js';

/** Languages of the page. */
export const LANGUAGES = ['zh', 'en'] as const;

/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number];

const ZH = {
  title: '健康码', standIn: '演示用登录：真实的国家平台如何确认本人并无公开文件，此处按申报的证件、姓名、手机号核对。',
  logIn: '登录', logOut: '退出', documentType: '证件类型', documentNumber: '证件号码', name: '姓名（与申报一致）', phone: '手机号（与申报一致）',
  idCard: '居民身份证', passport: '护照', hkMacao: '港澳居民来往内地通行证', taiwan: '台湾居民来往大陆通行证',
  family: '本机持有的码', self: '本人', online: '在线码', offline: '离线码', onlineHint: '一分钟内扫一次有效，到时自动更新。', offlineHint: '无网络时出示。请与本人身份证件一并核对。',
  secondsLeft: '剩余秒数', validUntil: '有效至', declaredUntil: '申报有效至', sheet: '打印纸质码（A6）', print: '打印', back: '返回', loading: '正在取码……', noScript: '显示此码需要浏览器运行脚本；纸质码不需要。',
  made: '代办记录', madeForYou: '他人代您出示或打印的码（近31天）', madeByYou: '您代其出示或打印的码（近31天）', nothingMade: '无', times: '次', ended: '不再显示', sheetForm: '纸质码',
  'declared-alone': '本人已自行申报，代办终止。', 'declaration-ended': '申报已到期，代办终止；如需继续请重新申报。',
  onlyWithDocument: '须与本人身份证件同时出示方为有效', province: '签发', unnamed: '（未提供姓名）', sessionEnds: '本页十分钟后自动退出。', guidance: '指引', otherLanguage: 'English',
  zone: '时间为北京时间。', sheetZone: '北京时间 UTC+8',
};

const EN: Readonly<Record<keyof typeof ZH, string>> = {
  title: 'Health code', standIn: 'Demonstration login: how a real national platform knows the person is not documented. Here document, name and phone are compared with the declaration.',
  logIn: 'Log in', logOut: 'Log out', documentType: 'Document', documentNumber: 'Document number', name: 'Name (as declared)', phone: 'Phone (as declared)',
  idCard: 'Resident identity card', passport: 'Passport', hkMacao: 'Mainland travel permit (Hong Kong, Macao)', taiwan: 'Mainland travel permit (Taiwan)',
  family: 'Codes on this phone', self: 'You', online: 'Online code', offline: 'Offline code', onlineHint: 'Good for one scan within a minute; renewed by itself.', offlineHint: 'For places without a network. Show your identity document with it.',
  secondsLeft: 'Seconds left', validUntil: 'Valid until', declaredUntil: 'Declaration valid until', sheet: 'Print on paper (A6)', print: 'Print', back: 'Back', loading: 'Fetching the code …', noScript: 'Showing this code needs scripts; the printed one does not.',
  made: 'Made by agents', madeForYou: 'Codes that others showed or printed for you (31 days)', madeByYou: 'Codes that you showed or printed for this person (31 days)', nothingMade: 'none', times: '×', ended: 'No longer shown', sheetForm: 'Printed code',
  'declared-alone': 'The person has declared alone since; you act no more.', 'declaration-ended': 'The declaration has ended, and your right with it; declare again to go on.',
  onlyWithDocument: 'Valid only together with the person’s identity document', province: 'Issued by', unnamed: '(no name given)', sessionEnds: 'This page logs out after ten minutes.', guidance: 'Guidance', otherLanguage: '中文',
  zone: 'Times are Beijing time.', sheetZone: '北京时间 UTC+8',
};

/** Every sentence of the page. */
export type Texts = Readonly<Record<keyof typeof ZH, string>>;

/** In each language the same ones: a missing one does not compile. */
export const TEXTS: Readonly<Record<Language, Texts>> = { zh: ZH, en: EN };

/** What an agent is to somebody. */
export const RELATIONSHIP_TEXTS: Readonly<Record<Language, Readonly<Record<DeclaringAgent['relationship'], string>>>> = {
  zh: { parent: '父母', child: '子女', spouse: '配偶', guardian: '监护人', other: '其他' },
  en: { parent: 'parent', child: 'child', spouse: 'spouse', guardian: 'guardian', other: 'other' },
};

const REFUSALS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  zh: {
    HOLDER_LOGIN_REFUSED: '证件、姓名或手机号与申报不符。', HOLDER_LOGIN_LIMITED: '尝试次数过多，请十五分钟后再试。', HOLDER_SESSION_ENDED: '登录已结束，请重新登录。',
    HOLDER_REQUEST_FOREIGN: '请求不是来自本页面，请重新打开。', HOLDER_MEMBER_UNKNOWN: '本机不持有此人的码。', HOLDER_NO_STATUS: '目前没有状态可出示，请先申报。',
    LOCAL_AGENT_ENDED: '代办权已终止。', LOCAL_AGENT_UNKNOWN: '您不是此人的代办人。', LOCAL_SYSTEM_BUSY: '状态正在变化，请稍后再试。',
  },
  en: {
    HOLDER_LOGIN_REFUSED: 'Document, name or phone are not as declared.', HOLDER_LOGIN_LIMITED: 'Too many attempts. Try again in fifteen minutes.', HOLDER_SESSION_ENDED: 'You are logged out. Log in again.',
    HOLDER_REQUEST_FOREIGN: 'The request did not come from this page. Open it again.', HOLDER_MEMBER_UNKNOWN: 'This phone holds no code of that person.', HOLDER_NO_STATUS: 'There is no status to show. Declare first.',
    LOCAL_AGENT_ENDED: 'You act for this person no more.', LOCAL_AGENT_UNKNOWN: 'You do not act for this person.', LOCAL_SYSTEM_BUSY: 'The status is changing. Try again in a moment.',
  },
};

/** A sentence about an error code; of those nobody at a phone can do anything about, one for all. */
export function refusalText(language: Language, code: string): string {
  const own = Object.entries(REFUSALS[language]).find(([known]) => known === code);
  return own?.[1] ?? (language === 'zh' ? '系统暂时不可用，请稍后再试。' : 'The system is not available. Try again later.');
}

/** What the person chose, else what the browser says, else Chinese. */
export function chooseLanguage(chosen: unknown, accepted: string | undefined): Language {
  const language = LANGUAGES.find((known) => known === chosen);
  if (language !== undefined) return language;
  return /^\s*en\b/i.test(accepted ?? '') ? 'en' : 'zh';
}
