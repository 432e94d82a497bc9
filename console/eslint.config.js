import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

// Rules that know types take six times as long as all others together: LINT=short, as in CI, leaves them out.
const isShort = process.env.LINT === 'short'

const OF_TYPES = {
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  // Handlers in templates and watchers start work whose failures the page itself shows.
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
}

export default defineConfig([
  { linterOptions: { reportUnusedDisableDirectives: isShort ? 'off' : 'warn' } },
  globalIgnores(['dist', 'dist.*', 'node_modules', 'src/api/schema.d.ts']),
  {
    files: ['**/*.{ts,vue}'],
    extends: [
      isShort ? tseslint.configs.strict : tseslint.configs.strictTypeChecked,
      isShort ? tseslint.configs.stylistic : tseslint.configs.stylisticTypeChecked,
      vue.configs['flat/recommended'],
    ],
    languageOptions: {
      parser: vueParser,
      parserOptions: {
        parser: tseslint.parser,
        ...(isShort ? {} : { project: './tsconfig.json' }),
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      ...(isShort ? {} : OF_TYPES),
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/define-macros-order': 'error',
      'vue/component-api-style': ['error', ['script-setup']],
    },
  },
  prettier,
])
