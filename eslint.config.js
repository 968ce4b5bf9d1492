import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['dist/**', 'node_modules/**', '.tap/**', 'data/**', 'bench/results/**'] }),
  // A schema and its type share one name.
  { rules: { '@typescript-eslint/no-redeclare': 'off', 'no-redeclare': 'off' } }
]
