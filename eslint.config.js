import neostandard, { plugins } from 'neostandard'

export default [
  // The formatter decides on style (npm run format).
  ...neostandard({
    ts: true,
    noStyle: true,
    ignores: ['dist/**', 'node_modules/**', '.tap/**', 'data/**', 'bench/results/**']
  }),
  // A schema and its type share one name.
  { rules: { '@typescript-eslint/no-redeclare': 'off', 'no-redeclare': 'off' } },
  {
    plugins: { '@stylistic': plugins['@stylistic'] },
    rules: {
      'max-lines': ['error', 250],
      'max-params': ['error', 5],
      complexity: ['error', 20],
      '@stylistic/max-len': ['error', {
        code: 120,
        ignoreStrings: true,
        ignoreTemplateLiterals: true,
        ignoreRegExpLiterals: true,
        ignoreUrls: true
      }]
    }
  },
  // A test file covers one subject.
  { files: ['test/**', 'bench/**'], rules: { complexity: 'off', 'max-lines': 'off', 'max-params': 'off' } }
]
