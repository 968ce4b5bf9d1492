import fc from 'fast-check'
import t from 'tap'
import { largestTotal, readField, readFigure, writeFigure } from '../../src/form/figures.ts'
import { Forms } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'

const forms = new Forms(await readForms())
const count = forms.get('2021').cell.get('requests.granted.total')!
const signed = forms.get('2019').cell.get('licensing.administrative_licences.change')!
const wan = forms.get('2021').cell.get('fees.administrative_fees.amount')!
const yuan = forms.get('2019').cell.get('procurement.centralized_procurement.amount')!

t.test('money is stored exactly, in 分, and written as it was read', async t => {
  for (const [cell, decimals] of [[wan, 6], [yuan, 2]] as const) {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 15 - 1 }), fen => {
        const whole = BigInt(fen) / BigInt(cell.scale)
        const text = `${whole}.${String(BigInt(fen) % BigInt(cell.scale)).padStart(decimals, '0')}`
        const read = readFigure(cell, JSON.parse(text))
        return 'figure' in read && read.figure === fen && writeFigure(cell.scale, read.figure) === Number(text)
      }),
      { numRuns: 2000 }
    )
  }
  t.same([readFigure(wan, 0.1), readFigure(yuan, 251000.5), readFigure(wan, -0)], [{ figure: 100_000 }, {
    figure: 25_100_050
  }, { figure: 0 }])
  t.ok(Object.is((readFigure(wan, -0) as { figure: number }).figure, 0), 'no negative zero')
})

t.test('an invalid figure is rejected, never rounded or coerced', async t => {
  for (const value of ['12', '', true, [], {}, undefined, NaN, Infinity, 1.5, -1, 10 ** 12]) {
    t.ok('expected' in readFigure(count, value), `count ${String(value)}`)
  }
  for (const value of [0.0000001, 1e9, '6', -0.01, 0.1234567]) {
    t.ok('expected' in readFigure(wan, value), `万元 ${value}`)
  }
  for (const value of [0.001, 1e13, -1]) t.ok('expected' in readFigure(yuan, value), `元 ${value}`)
  t.same([readFigure(signed, -8), readFigure(count, 10 ** 12 - 1), readFigure(count, null)], [{ figure: -8 }, {
    figure: 10 ** 12 - 1
  }, { figure: null }])
})

t.test('a CSV field is blank, not applicable, or a plain number', async t => {
  t.same([
    readField(count, ''),
    readField(count, ' '),
    readField(count, '/'),
    readField(count, '—'),
    readField(count, '0'),
    readField(count, ' 12 ')
  ], [
    { figure: null, note: { state: 'blank', raw: '' } },
    { figure: null, note: { state: 'blank', raw: ' ' } },
    { figure: null, note: { state: 'not_applicable', raw: '/' } },
    { figure: null, note: { state: 'not_applicable', raw: '—' } },
    { figure: 0 },
    { figure: 12 }
  ])
  t.same([readField(signed, '-8'), readField(signed, '+2'), readField(wan, '0.30')], [{ figure: -8 }, { figure: 2 }, {
    figure: 300_000
  }])
  for (const field of ['1,234', '１２', '12件', '0x10', '1e3', 'null', '1.0000000000000000001', 'O', '1 2']) {
    t.ok('expected' in readField(count, field), field)
  }
  for (const field of ['0.1000000000000000055', '103.4万元']) t.ok('expected' in readField(wan, field), field)
})

t.test('neighbouring totals up to the largest total have different JSON numbers', async t => {
  t.same([largestTotal(1), largestTotal(100) < 2 ** 53, largestTotal(1_000_000) < 2 ** 53], [2 ** 53 - 1, true, true])
  for (const scale of [100, 1_000_000]) {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), below => {
        const fen = largestTotal(scale) - below
        const decimals = String(scale).length - 1
        const text = `${BigInt(fen) / BigInt(scale)}.${String(BigInt(fen) % BigInt(scale)).padStart(decimals, '0')}`
        return JSON.stringify(writeFigure(scale, fen)) === text.replace(/\.?0+$/, '') &&
          writeFigure(scale, fen) !== writeFigure(scale, fen - 1)
      }),
      { numRuns: 2000 }
    )
  }
})

t.test('a cell id is made of table, row and column, is unique, and cells follow the order of the vector', async t => {
  for (const form of forms.all) {
    t.same(
      form.cells.map(cell => [cell.position, cell.id]),
      form.cells.map((cell, i) => [i + 1, `${cell.table}.${cell.row}.${cell.column}`])
    )
    t.equal(form.cell.size, form.cells.length)
    for (const { id, positions } of form.measures.values()) t.equal(new Set(positions).size, positions.length, id)
  }
})
