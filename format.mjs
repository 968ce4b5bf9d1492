// Formats the code. With --check it changes nothing, names the files that are not formatted and exits 1.
import { createContext } from '@dprint/formatter'
import { readFileSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'

const root = import.meta.dirname
const FOLDERS = ['src', 'test', 'bench', 'torture']

const context = createContext({ lineWidth: 120, indentWidth: 2, useTabs: false, newLineKind: 'lf' })
const { getPath } = createRequire(import.meta.url)('@dprint/typescript')
// The accent of neostandard: no semicolons, single quotes, a space before the parentheses of a definition.
context.addPlugin(readFileSync(getPath()), {
  semiColons: 'asi',
  quoteStyle: 'alwaysSingle',
  quoteProps: 'preserve',
  trailingCommas: 'never',
  useBraces: 'whenNotSingleLine',
  singleBodyPosition: 'maintain',
  nextControlFlowPosition: 'sameLine',
  operatorPosition: 'maintain',
  'arrowFunction.useParentheses': 'preferNone',
  'typeLiteral.separatorKind.singleLine': 'comma',
  'constructor.spaceBeforeParentheses': true,
  'functionDeclaration.spaceBeforeParentheses': true,
  'functionExpression.spaceBeforeParentheses': true,
  'getAccessor.spaceBeforeParentheses': true,
  'setAccessor.spaceBeforeParentheses': true,
  'method.spaceBeforeParentheses': true,
  'module.sortImportDeclarations': 'caseInsensitive',
  'module.sortExportDeclarations': 'maintain',
  'importDeclaration.sortNamedImports': 'maintain',
  'exportDeclaration.sortNamedExports': 'maintain'
})

const check = process.argv.includes('--check')
const names = (await Promise.all(
  FOLDERS.map(async folder =>
    (await readdir(join(root, folder), { recursive: true })).map(name => join(root, folder, name))
  )
)).flat()
  .filter(name => /\.(ts|mjs)$/.test(name) && !name.includes('/node_modules/'))
  .concat(['build.mjs', 'eslint.config.js', 'format.mjs', 'run.mjs'].map(name => join(root, name)))
const wrong = names.filter(filePath => {
  const fileText = readFileSync(filePath, 'utf8')
  // A second pass sees the lines that the first one broke.
  const formatted = [1, 2].reduce(text => context.formatText({ filePath, fileText: text }), fileText)
  if (formatted === fileText) return false
  if (!check) writeFileSync(filePath, formatted)
  return true
}).map(name => relative(root, name))
for (const name of wrong) console.log(`${check ? 'not formatted' : 'formatted'}: ${name}`)
if (check && wrong.length > 0) process.exit(1)
