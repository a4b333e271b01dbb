import type { Province } from '@health-code/attestation';
import { formatChinaTime } from '../local-format/china-time.js';
import type { MadeForMember } from '../holder-port.js';
import type { ShownMember } from './holder-codes.js';
import type { HolderSession } from './holder-sessions.js';
import { RELATIONSHIP_TEXTS, TEXTS, type Language } from './holder-texts.js';
import { html, NO_HTML, type Html } from './html.js';
import { STATUS_LOOKS } from './status-look.js';

/** What every page knows. */
export interface PageContext {
  readonly language: Language;
  readonly province: Province;
}

/** The page of somebody who is logged in. */
export interface HolderPageContext extends PageContext {
  readonly session: HolderSession;
  readonly family: readonly ShownMember[];
  readonly shown: ShownMember;
  readonly form: 'online' | 'offline';
}

/** A moment on a page, in China. @param seconds since the epoch */
const clockText = (seconds: number): string => formatChinaTime(seconds * 1000).slice(0, 16);

/**
 * Until when something stands, in China, to the second where it ends within a minute: the end of a day is the 24:00 of that day, which
 * nobody takes for another. @param seconds since the epoch
 */
export function untilText(seconds: number): string {
  if (seconds % 60 !== 0) return formatChinaTime(seconds * 1000);
  const text = clockText(seconds);
  return text.endsWith(' 00:00') ? `${clockText(seconds - 1).slice(0, 10)} 24:00` : text;
}

const provinceName = ({ language, province }: PageContext): string => (language === 'zh' ? province.name : province.english);

/** The frame of a page; nothing in it is of this page's own but what is given. */
export function frame(context: PageContext, style: string, body: Html): string {
  const { language } = context;
  return html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${provinceName(context)} ${TEXTS[language].title}</title>
<link rel="stylesheet" href="/holder/${style}">
<link rel="icon" href="data:,">
<script src="/holder/holder.js" defer></script>
</head>
${body}
</html>
`.text;
}

function top(context: PageContext, query: string): Html {
  const { language } = context;
  const other = language === 'zh' ? 'en' : 'zh';
  return html`<header><h1>${provinceName(context)} · ${TEXTS[language].title}</h1><a href="/holder?${query}lang=${other}">${TEXTS[language].otherLanguage}</a></header>`;
}

const option = (value: string, text: string): Html => html`<option value="${value}">${text}</option>`;

/** Where somebody logs in. @param refusal why the last attempt came to nothing; nothing that was typed is repeated */
export function loginPage(context: PageContext, refusal = ''): string {
  const { language } = context;
  const texts = TEXTS[language];
  return frame(context, 'holder.css', html`<body>
${top(context, '')}
<main class="login">
${refusal === '' ? NO_HTML : html`<p class="refusal" role="alert">${refusal}</p>`}
<form class="login" method="post" action="/holder/login?lang=${language}" autocomplete="off">
<label for="documentType">${texts.documentType}</label>
<select id="documentType" name="documentType">${[option('01', texts.idCard), option('03', texts.passport), option('06', texts.hkMacao), option('07', texts.taiwan)]}</select>
<label for="documentNumber">${texts.documentNumber}</label><input id="documentNumber" name="documentNumber" required maxlength="32" autocapitalize="characters">
<label for="name">${texts.name}</label><input id="name" name="name" required maxlength="128">
<label for="phone">${texts.phone}</label><input id="phone" name="phone" type="tel" required maxlength="32">
<button type="submit">${texts.logIn}</button>
</form>
<p class="standin">${texts.standIn}</p>
</main>
</body>`);
}

const nameText = ({ maskedName }: { readonly maskedName: string }, language: Language): string => (maskedName === '' ? TEXTS[language].unnamed : maskedName);

/** Of the document number the last character, as it is masked: two of a family may have one masked name. */
const endOf = ({ answer }: ShownMember): string => {
  const [end = ''] = /(?<=\*)[0-9A-Za-z]$/.exec(answer?.maskedIdNumber ?? '') ?? [];
  return end === '' ? '' : ` · *${end}`;
};

function familyLinks({ family, session, shown, form, language }: HolderPageContext): Html {
  const texts = TEXTS[language];
  const links = family.filter(({ answer }) => answer !== undefined).map((member) => {
    const look = STATUS_LOOKS[member.status];
    const relation = member.relationship === 'self' ? texts.self : nameText(member, language);
    const current = member === shown ? html` aria-current="page"` : NO_HTML;
    return html`<a href="/holder?member=${session.nameOf(member.subjectReference)}&amp;form=${form}&amp;lang=${language}"${current}>${relation}<small>${look.shape} ${look[language]}${endOf(member)}</small></a>`;
  });
  return html`<nav class="family" aria-label="${texts.family}">${links}</nav>`;
}

function madeRow(row: MadeForMember, isSelf: boolean, language: Language): Html {
  const texts = TEXTS[language];
  const who = isSelf ? `${nameText(row, language)}（${RELATIONSHIP_TEXTS[language][row.relationship]}） · ` : '';
  const form = { online: texts.online, offline: texts.offline, sheet: texts.sheetForm }[row.form];
  const until = row.lastAt === row.firstAt ? '' : ` – ${formatChinaTime(row.lastAt * 1000).slice(11, 16)}`;
  return html`<li>${who}${form} · ${formatChinaTime(row.firstAt * 1000).slice(0, 16)}${until} · ${row.count} ${texts.times}</li>`;
}

function madeSection({ shown, language }: HolderPageContext): Html {
  const texts = TEXTS[language];
  const isSelf = shown.relationship === 'self';
  const rows = shown.made.map((row) => madeRow(row, isSelf, language));
  return html`<section id="made"><h2>${isSelf ? texts.madeForYou : texts.madeByYou}</h2>${rows.length === 0 ? html`<p>${texts.nothingMade}</p>` : html`<ul>${rows}</ul>`}</section>`;
}

function endedSection({ family, language }: HolderPageContext): Html {
  const ended = family.filter(({ endedBecause }) => endedBecause !== undefined);
  if (ended.length === 0) return NO_HTML;
  const texts = TEXTS[language];
  return html`<section id="ended"><h2>${texts.ended}</h2><ul>${ended.map((member) => html`<li>${nameText(member, language)}: ${member.endedBecause === undefined ? '' : texts[member.endedBecause]}</li>`)}</ul></section>`;
}

function card({ shown, session, form, language }: HolderPageContext): Html {
  const texts = TEXTS[language];
  const look = STATUS_LOOKS[shown.status];
  const other = language === 'zh' ? 'en' : 'zh';
  const member = session.nameOf(shown.subjectReference);
  const formLink = (each: 'online' | 'offline', text: string): Html =>
    html`<a href="/holder?member=${member}&amp;form=${each}&amp;lang=${language}"${each === form ? html` aria-current="page"` : NO_HTML}>${text}</a>`;
  return html`<div class="show">
<nav class="forms">${[formLink('online', texts.online), formLink('offline', texts.offline)]}</nav>
<div class="card">
<div class="band"><span id="shape" aria-hidden="true">${look.shape}</span><span id="word">${look[language]}</span><span id="word-other">${look[other]}</span></div>
<div class="code"><svg id="qr" class="away" viewBox="0 0 73 73" role="img" aria-label="QR" shape-rendering="crispEdges"><path id="modules" d=""/></svg>
<progress id="bar" max="60" value="0" aria-label="${texts.secondsLeft}"></progress>
<p id="message" role="status">${texts.loading}</p><noscript><p>${texts.noScript}</p></noscript></div>
<dl class="facts">
<dt>${language === 'zh' ? '姓名' : 'Name'}</dt><dd class="name" id="masked-name">${nameText(shown, language)}</dd>
<dt>${texts.secondsLeft}</dt><dd id="seconds">–</dd>
<dt>${texts.validUntil}</dt><dd id="valid-until">–</dd>
${shown.statedUntil === undefined ? NO_HTML : html`<dt>${texts.declaredUntil}</dt><dd>${untilText(shown.statedUntil)}</dd>`}
</dl>
<p class="hint">${form === 'online' ? texts.onlineHint : texts.offlineHint} ${texts.zone}</p>
</div>
<form method="post" action="/holder/sheet?lang=${language}"><input type="hidden" name="token" value="${session.formToken}"><input type="hidden" name="member" value="${member}"><button type="submit">${texts.sheet}</button></form>
</div>`;
}

/** Somebody's own page: the code comes by the script, so that looking makes none. */
export function holderPage(context: HolderPageContext, unavailable: string): string {
  const { language, session, shown, form } = context;
  const texts = TEXTS[language];
  const member = session.nameOf(shown.subjectReference);
  const guidance = shown.guidance === '' ? NO_HTML : html`<section><h2>${texts.guidance}</h2><p>${shown.guidance}</p></section>`;
  return frame(context, 'holder.css', html`<body>
${top(context, `member=${member}&form=${form}&`)}
<main class="${STATUS_LOOKS[shown.status].name}" data-member="${member}" data-form="${form}" data-token="${session.formToken}" data-unavailable="${unavailable}">
${familyLinks(context)}
${card(context)}
${guidance}
${madeSection(context)}
${endedSection(context)}
</main>
<footer class="foot"><span>${texts.sessionEnds}</span><form method="post" action="/holder/logout?lang=${language}"><input type="hidden" name="token" value="${session.formToken}"><button class="plain" type="submit">${texts.logOut}</button></form></footer>
</body>`);
}
