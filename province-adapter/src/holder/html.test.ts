import { describe, expect, it } from 'vitest';
import { html } from './html.js';

describe('html', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['"\'&', '&quot;&#39;&amp;'],
    ['甲\u202e乙\u2066丙\u200f\u061c', '甲乙丙'],
    ['甲\u0000\u001b[31m\ud800', '甲[31m'],
  ])('makes text of what comes as text: %j', (text, shown) => {
    expect(html`<p title="${text}">${text}</p>`.text).toBe(`<p title="${shown}">${shown}</p>`);
  });

  it('keeps what is HTML already, alone and in lists, and writes numbers', () => {
    const part = html`<b>${1}</b>`;
    expect(html`${part}${[part, part]}`.text).toBe('<b>1</b><b>1</b><b>1</b>');
  });
});
