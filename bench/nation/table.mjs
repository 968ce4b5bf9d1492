// What was measured, held against what it should be.
import { WORDY_CHARACTERS } from './reports.mjs'

const LEAST = 'least'
const MOST = 'most'

/** One line each: what, its value and that of what it is held against, the ratio, and the bar. */
export function judge (
  {
    alone,
    imported,
    wordy,
    memory,
    disk,
    names,
    atProvince,
    rows,
    far,
    questions,
    publishing,
    writes,
    beside,
    alongside,
    verified
  }
) {
  const at = (table, name) => table.find(row => row.name === name)
  const select = at(rows, 'select 1')
  const read = (key, least) => {
    const row = at(rows, names[key])
    return line(row.name, row.rate, '/s', '`select 1`', select.rate, row.of.select_1, LEAST, least)
  }
  const readBeside = (key, least) => {
    const [row, select] = [at(publishing.rows, publishing.names[key]), at(publishing.rows, 'select 1')]
    return [
      line(row.name, row.rate, '/s', '`select 1`', select.rate, row.of.select_1, LEAST, least),
      line(`${row.name}: p99`, row.p99, 'ms', '`select 1`', select.p99, row.p99 / select.p99, MOST, 4)
    ]
  }
  const tail = key => {
    const row = at(rows, names[key])
    return line(`${row.name}: p99`, row.p99, 'ms', '`select 1`', select.p99, row.p99 / select.p99, MOST, 3)
  }
  // By the rate beside `select 1` of the same rounds: the machine may have been busier at one time than at the other.
  const scale = key => {
    const [small, large] = [at(atProvince, names[key]), at(rows, names[key])]
    return line(
      `${small.name}: nation beside one province`,
      large.p50,
      'ms',
      'at one province',
      small.p50,
      small.of.select_1 / large.of.select_1,
      MOST,
      1.2
    )
  }
  const rate = ({ lines, ms }) => lines / ms * 1000
  const minutes = (what, { lines, ms }) => line(what, ms / lines * 1_000_000 / 60_000, 'min')
  const publish = writes.find(row => row.name.trim() === 'publish')
  const page1 = at(rows, names.list)
  return [
    line(
      'import of reports: checked, published, in the totals',
      rate(imported.reports),
      '/s',
      '`COPY` of the same vectors',
      rate(imported.vectors),
      rate(imported.reports) / rate(imported.vectors),
      LEAST,
      0.15
    ),
    minutes('  a million reports', imported.reports),
    line(
      `  with ${WORDY_CHARACTERS} characters of text each`,
      rate(wordy),
      '/s',
      'with 142',
      rate(imported.reports),
      rate(wordy) / rate(imported.reports)
    ),
    minutes('  a million reports with such texts', wordy),
    line('  the generator alone', rate(alone), '/s'),
    line('import of agencies', rate(imported.agencies), '/s'),
    line('most memory of the service while importing', memory / 1e6, 'MB', undefined, undefined, undefined, MOST, 400),
    line(
      'disk per report',
      disk.bytes / imported.reports.lines / 1000,
      'kB',
      undefined,
      undefined,
      undefined,
      MOST,
      2.5
    ),
    read('nation', 0.5),
    tail('nation'),
    read('year'),
    read('county', 0.5),
    tail('county'),
    read('county_years'),
    read('twenty', 0.1),
    read('twenty_packed'),
    read('nation_anew'),
    read('county_anew'),
    read('twenty_anew'),
    read('report', 0.3),
    read('list'),
    ...questions.map(({ name, p50, bar }) => line(name, p50, 'ms', undefined, undefined, undefined, MOST, bar)),
    line('while reports are published at random places, 10 a second', publishing.published, 'reports'),
    ...[['county', 0.5], ['nation', 0.4], ['twenty', 0.1], ['report'], ['list']].flatMap(read => readBeside(...read)),
    line(far.name, far.p50, 'ms', 'page 1', page1.p50, page1.rate / far.rate, MOST, 1.2),
    ...['nation', 'county', 'report', 'list'].map(scale),
    line(
      'publish, 16 clients in one county',
      publish.rate,
      '/s',
      'bare SQL',
      publish.rate / publish.of.sql,
      publish.of.sql,
      LEAST,
      0.5
    ),
    line('publish, one client: p99', alongside.p99, 'ms'),
    ...beside === undefined
      ? []
      : [line('  while an import runs: p99', beside.p99, 'ms', 'without', alongside.p99, beside.p99 / alongside.p99)],
    line('totals:verify', verified.ms / 1000, 's'),
    line('  its memory', verified.memory / 1e6, 'MB')
  ]
}

function line (what, value, unit, against, base, ratio, side, bar) {
  const judged = ratio ?? value
  return {
    what,
    value,
    unit,
    against,
    base,
    ratio,
    ...bar === undefined ? {} : { bar: { [side]: bar }, holds: side === LEAST ? judged >= bar : judged <= bar }
  }
}

export function markdown ({ date, machine, versions, loaded, bars }) {
  const number = value =>
    value === undefined || value === null
      ? ''
      : value >= 100
      ? Math.round(value).toLocaleString('en')
      : value >= 10
      ? value.toFixed(1)
      : value.toFixed(2)
  const cells = ({ what, value, unit, against, base, ratio, bar, holds }) => [
    what.replace(/^ +/, indent => '&nbsp;'.repeat(indent.length)),
    `${number(value)}${unit === '/s' ? ' /s' : ` ${unit}`}`,
    against === undefined ? '' : `${against}, ${number(base)}`,
    number(ratio),
    bar === undefined
      ? ''
      : `${bar.least === undefined ? `at most ${bar.most}` : `at least ${bar.least}`}${holds ? '' : ' **missed**'}`
  ]
  return [
    ['', 'measured', 'against', 'ratio', 'bar'],
    ['---', '---:', '---', '---:', '---'],
    ...bars.map(cells)
  ].map(row => `| ${row.join(' | ')} |`).join('\n') +
    `\n\n${loaded.reports.toLocaleString('en')} reports of ${
      loaded.agencies.toLocaleString('en')
    } agencies; ${machine.cores} cores of ${machine.processor}, Node ${versions.node}, PostgreSQL ${versions.postgres}; ${
      date.slice(0, 10)
    }.\n`
}
