import type { DrawnCode } from './draw-code.js';
import type { ShownCode } from './holder-codes.js';
import { untilText, frame, type PageContext } from './holder-page.js';
import { TEXTS } from './holder-texts.js';
import { html } from './html.js';
import { STATUS_LOOKS } from './status-look.js';

/** A sheet of A6 for somebody without a phone: the same signed code, and what a person at a gate looks at. In both languages always. */
export function sheetPage(context: PageContext, code: ShownCode, { side, path }: DrawnCode): string {
  const { language, province } = context;
  const look = STATUS_LOOKS[code.status];
  const { zh, en } = TEXTS;
  return frame(context, 'sheet.css', html`<body>
<div class="screen"><button type="button" data-print>${TEXTS[language].print}</button><a href="/holder?lang=${language}">${TEXTS[language].back}</a></div>
<article class="sheet ${look.name}">
<div class="band"><span class="shape" aria-hidden="true">${look.shape}</span><span class="word">${look.zh}</span><span class="word-other">${look.en}</span></div>
<div class="code"><svg viewBox="0 0 ${side} ${side}" role="img" aria-label="QR" shape-rendering="crispEdges"><path d="${path}"/></svg></div>
<dl>
<dt>姓名 Name</dt><dd class="name">${code.maskedName === '' ? `${zh.unnamed} ${en.unnamed}` : code.maskedName}</dd>
<dt>有效至 Valid until</dt><dd>${untilText(code.expiresAt)} <small>${zh.sheetZone}</small></dd>
<dt>签发 Issued by</dt><dd>${province.name} ${province.english} · ${province.code}</dd>
</dl>
<p class="only">${zh.onlyWithDocument}<small>${en.onlyWithDocument}</small></p>
</article>
</body>`);
}
