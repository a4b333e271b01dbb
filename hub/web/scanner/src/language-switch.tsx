import type { ReactElement } from 'react';
import { usePage } from './page-context.js';

/** The other language, in its own words. */
export function LanguageSwitch(): ReactElement {
  const { language, setLanguage } = usePage();
  const other = language === 'zh' ? 'en' : 'zh';
  return (
    <button type="button" className="chip language" lang={other === 'zh' ? 'zh-CN' : 'en'} onClick={() => setLanguage(other)}>
      {other === 'zh' ? '中文' : 'English'}
    </button>
  );
}
