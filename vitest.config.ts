import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const sources = (suffix: string): string[] => [`{proto/*,hub,province-adapter}/src/**/*.${suffix}`, `hub/web/**/*.${suffix}`, `deploy/**/*.${suffix}`, `scripts/**/*.${suffix}`];
const built = ['**/node_modules/**', '**/dist/**', '**/.cache/**', '**/.data/**'];

/** Tests run the sources themselves: no build is needed, and a failure points at the line that was written. */
const alias = {
  '@health-code/messages': at('proto/messages/src/index.ts'),
  '@health-code/attestation': at('proto/attestation/src/index.ts'),
  '@health-code/checkpoint': at('proto/checkpoint/src/index.ts'),
};

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: sources('test.ts'), exclude: [...built, '**/*.int.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: sources('int.test.ts'),
          exclude: built,
          globalSetup: ['deploy/embedded/test-setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        // Whole countries of processes: one at a time, from what `npm run build` wrote.
        test: { name: 'e2e', include: sources('e2e.ts'), exclude: built, fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000 },
      },
    ],
  },
});
