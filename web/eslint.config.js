import js from '@eslint/js';
import a11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

const palette = 'slate|gray|zinc|neutral|stone|red|orange|amber|yellow|lime|green|emerald|teal|cyan|sky|blue|indigo|violet|purple|fuchsia|pink|rose|white|black';
const rawColour = `(^|[\\s:])(bg|text|border|ring|fill|stroke|outline|divide|from|to|via)-(${palette})(-\\d|\\b)`;
const physical = '(^|[\\s:])-?(ml|mr|pl|pr|left|right|border-[lr]|rounded-([lr]|[tb][lr])|scroll-[mp][lr]|float-(left|right)|text-(left|right))(-|$|\\s)';
const noPhysical = 'Sides follow the line of reading: start and end, as ms-2, pe-2, text-start.';
const noRawColour = 'Colours come from the tokens in src/styles/tokens.css.';

export default ts.config(
  { ignores: ['dist', 'src/api/*schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    extends: [a11y.flatConfigs.recommended],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: `Literal[value=/${rawColour}/]`, message: noRawColour },
        { selector: `TemplateElement[value.raw=/${rawColour}/]`, message: noRawColour },
        { selector: `JSXAttribute[name.name="className"] Literal[value=/${physical}/]`, message: noPhysical },
        { selector: `JSXAttribute[name.name="className"] TemplateElement[value.raw=/${physical}/]`, message: noPhysical },
        { selector: 'Literal[value=/#[0-9a-fA-F]{6}\\b/]', message: noRawColour },
      ],
    },
  },
  ...['commands', 'connect', 'inbox', 'session', 'settings', 'shell', 'start'].map((feature) => ({
    files: [`src/features/${feature}/**/*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: `^@/features/(?!${feature}/)`, message: 'Features meet through src/lib and src/components only.' }] },
      ],
    },
  })),
  { files: ['public/**'], rules: { '@typescript-eslint/no-unused-vars': ['error', { caughtErrors: 'none' }] } },
  { files: ['scripts/**', 'public/**', '*.config.*'], languageOptions: { globals: { self: 'readonly', caches: 'readonly', location: 'readonly', fetch: 'readonly', Response: 'readonly', setTimeout: 'readonly', process: 'readonly', console: 'readonly', URL: 'readonly', window: 'readonly', innerWidth: 'readonly', document: 'readonly', localStorage: 'readonly', matchMedia: 'readonly' } } },
);
