// Hostile bulk files, by name: their type, and what makes them.
import { gzipSync } from 'node:zlib'
import { gzipBomb } from './archives.mjs'

const line = object => JSON.stringify(object) + '\n'
const CSV_HEADER = 'agency,year,cell,value\n'

export const BULK_FILES = {
  'gzip bomb of one line': ['application/x-ndjson', () => gzipBomb(500, 'a')],
  'gzip bomb of blank lines': ['application/x-ndjson', () => gzipBomb(64, '\n')],
  'gzip bomb of short lines': ['text/csv', () => gzipBomb(4, `${CSV_HEADER}a,2021,requests.granted.total,1\n`)],
  'gzip in gzip': ['text/csv', () => gzipSync(gzipSync(CSV_HEADER))],
  'gzip cut short': ['text/csv', () => gzipSync(CSV_HEADER.repeat(1000)).subarray(0, 60)],
  'csv with an open quote': ['text/csv', () => Buffer.from(`${CSV_HEADER}"a${',2021,x,1\n'.repeat(100_000)}`)],
  'csv of very many columns': ['text/csv', () => Buffer.from(`${'c,'.repeat(100_000)}\n${'1,'.repeat(100_000)}\n`)],
  'csv with equal columns': ['text/csv', () => Buffer.from('agency,agency,year\na,b,2021\n')],
  'csv of rubbish': ['text/csv', () => Buffer.from(`${CSV_HEADER}${'\0,"",x\r\r\n;;\t'.repeat(3000)}`)],
  'csv of UTF-16': ['text/csv', () => Buffer.from(`\ufeff${CSV_HEADER}a,2021,x,1\n`, 'utf16le')],
  'ndjson of deep lines': [
    'application/x-ndjson',
    () => Buffer.from(('['.repeat(10_000) + ']'.repeat(10_000) + '\n').repeat(40))
  ],
  'ndjson of wrong lines': ['application/x-ndjson', () => Buffer.from('{"agency":1}\nnull\n[]\n"x"\n{\n'.repeat(4000))],
  'ndjson of hostile members': [
    'application/x-ndjson',
    () => Buffer.from('{"agency":"a","year":2021,"__proto__":{"x":1},"tables":{"constructor":1e309}}\n'.repeat(2000))
  ],
  'ndjson of wide lines': [
    'application/x-ndjson',
    () => Buffer.from(line(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`m${i}`, i]))).repeat(4))
  ],
  'a long line': ['application/x-ndjson', () => Buffer.from(`{"agency":"${'a'.repeat(3_000_000)}"}`)],
  'one agency many times': [
    'application/x-ndjson',
    () =>
      Buffer.from(line({ code: 'same', name: '局', level: 'county', kind: 'department', parent: 'same' }).repeat(3000))
  ]
}
