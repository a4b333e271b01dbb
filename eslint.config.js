import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/*.e2e.ts', '**/*.fixture.ts'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/gen/**', '**/node_modules/**', '.cache/**', '.data/**', 'coverage/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['vitest.config.ts'] }, tsconfigRootDir: import.meta.dirname } },
    plugins: { jsdoc },
    rules: {
      // A module of Nest is a class whose content is its decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Numbers and booleans in templates cannot go wrong; objects, null and undefined can.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => list.push(x)` as a callback reads better than a block.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // The generated types mark IVerdict and its like as deprecated in favour of a longer spelling of the same.
      '@typescript-eslint/no-deprecated': 'off',
      // Untrusted records have any key; the compiler's noUncheckedIndexedAccess does the checking.
      '@typescript-eslint/dot-notation': 'off',
      // A default-valued or rest parameter that a signature demands may go unused when its name says so.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Typed arrays, table columns and the wire hold enumerations as plain numbers; parsers check them where they come in.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // Nest types its options by class and takes object literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'max-lines': ['error', { max: 300 }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true } }],
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          // A constructor is told by its class, a method of an exported class by its interface or its name.
          require: { ClassDeclaration: true, FunctionDeclaration: true, MethodDefinition: false },
          contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ExportNamedDeclaration > VariableDeclaration'],
        },
      ],
    },
  },
  {
    files: ['{hub,province-adapter,proto/*}/src/**/*.ts'],
    ignores: ['**/config.ts', '**/main.ts', '**/local-system-main.ts', '**/probes-main.ts', '**/sidecar-main.ts', ...TESTS],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'The environment is read once, in config.ts.' }],
    },
  },
  {
    files: TESTS,
    rules: {
      // Test tables state many cases, and a fake answers at once where the real one waits.
      '@typescript-eslint/require-await': 'off',
      // Ports are taken from object literals, whose methods use no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // A test states what it knows of its own fixtures.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'jsdoc/require-jsdoc': 'off',
      'max-lines': ['error', { max: 500 }],
    },
  },
  {
    // Tools read their configuration from a default export.
    files: ['vitest.config.ts', 'hub/web/vite.config.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', module: 'readonly' } },
  },
);
