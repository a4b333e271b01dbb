/** The one script of the page: fetches a code, draws it, counts down, fetches the next. Plain text for the browser, nothing is put into it. */
export const HOLDER_SCRIPT = `'use strict';
(() => {
  const page = document.querySelector('main[data-member]');
  for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => window.print());
  if (!page) return;
  const at = (name) => document.getElementById(name);
  const set = (name, text) => { const element = at(name); if (element) element.textContent = text; };
  let endsAt = 0;
  let timer = 0;
  const show = (code) => {
    page.className = code.look;
    set('shape', code.shape);
    set('word', code.word);
    set('word-other', code.wordOther);
    set('masked-name', code.maskedName);
    set('valid-until', code.validUntil);
    // Whole pixels for each module: decoders lose codes whose modules differ by one.
    const room = at('qr').parentElement.clientWidth - 16;
    const scale = window.devicePixelRatio || 1;
    const pixels = Math.max(1, Math.floor(Math.min(room, 352) * scale / code.side));
    at('qr').style.width = code.side * pixels / scale + 'px';
    at('qr').setAttribute('viewBox', '0 0 ' + code.side + ' ' + code.side);
    at('modules').setAttribute('d', code.path);
    at('qr').classList.remove('away');
    set('message', '');
    endsAt = performance.now() + code.secondsLeft * 1000;
    at('bar').max = code.secondsLeft;
    at('bar').value = code.secondsLeft;
    set('seconds', String(code.secondsLeft));
  };
  const refuse = (text) => {
    at('modules').setAttribute('d', '');
    at('qr').classList.add('away');
    set('message', text);
    set('seconds', '0');
    endsAt = 0;
  };
  const fetchCode = async () => {
    const body = new URLSearchParams({ member: page.dataset.member, form: page.dataset.form, token: page.dataset.token });
    try {
      const response = await fetch('/holder/code?lang=' + document.documentElement.lang.slice(0, 2), { method: 'POST', body, cache: 'no-store', signal: AbortSignal.timeout(8000) });
      const answer = await response.json();
      if (!response.ok) { refuse(answer.text + ' ' + answer.code); return response.status >= 500; }
      show(answer);
      return true;
    } catch {
      // What is drawn may have run out meanwhile; the next round tells.
      if (performance.now() >= endsAt) refuse(page.dataset.unavailable);
      return true;
    }
  };
  let isAsking = false;
  const tick = async () => {
    const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
    if (endsAt > 0) { set('seconds', String(left)); at('bar').value = left; }
    // What has run out is taken away while its answer is still awaited.
    if (endsAt > 0 && left === 0) refuse(page.dataset.unavailable);
    if (left > 2 || isAsking || document.hidden) return;
    isAsking = true;
    const goesOn = await fetchCode();
    isAsking = false;
    if (!goesOn) clearInterval(timer);
  };
  timer = setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
  void tick();
})();
`;
