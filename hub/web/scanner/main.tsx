import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { BrowserDesk } from './src/browser-desk.js';
import { keepPage } from './src/install.js';
import { Page } from './src/page.js';
import './src/scanner.css';
import './src/result.css';

// Its faster way runs text as code, which the page's content security policy forbids.
config({ jitless: true });

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
const desk = new BrowserDesk(location.origin);
createRoot(root).render(
  <StrictMode>
    <Page desk={desk} />
  </StrictMode>,
);
void desk.open();
// A browser that keeps no page still shows it while there is a network.
keepPage(desk.offerNewVersion).catch(() => undefined);
