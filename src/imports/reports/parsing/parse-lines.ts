// Parses reports from NDJSON: each line holds what PUT takes, with agency and year.
import { readContent } from '../../../form/content.ts'
import type { Form } from '../../../form/form.ts'
import { chooseForm, Forms } from '../../../forms/forms.ts'
import { parseExactJson } from '../../../http/bodies/json.ts'
import { FIRST_YEAR } from '../../../http/parameters.ts'
import { atPointer, isObject } from '../../../problems/fault.ts'
import { Problem } from '../../../problems/problem.ts'
import { READ_ONLY } from '../../../reports/read-only.ts'
import { faultsOfProblem, type LineFault } from '../../bulk/fault-summary.ts'
import { Line } from '../../bulk/lines.ts'
import { fastParse, type LineTemplate, templateOf } from './fast-parse.ts'
import {
  EXPECTED,
  isAgencyCode,
  isDayFrom,
  isYear,
  packFigures,
  type ParsedRecord,
  type ParsedReport,
  REJECTED
} from './parsed-report.ts'

const CONTENT = ['form', 'sections', 'tables', 'notes', 'explanations']
const STATED = READ_ONLY.filter(name => name !== 'agency' && name !== 'year')
/** `agency_name` is for people and ignored. */
const MEMBERS: string[] = ['agency', 'agency_name', 'year', 'published_on', ...CONTENT, ...STATED]
/** Maximum number of templates kept for a file, and of lines tried as one: if all lines differ, no template fits. */
const MAX_TEMPLATES = 8
const MAX_TRIES = 100

/**
 * Returns a parser of the lines of one file. Without `keepSource`, lines that match a template have an empty source,
 * because sources are long.
 */
export function reportLineReader (forms: Forms, thisYear: number, keepSource: boolean): (line: Line) => ParsedRecord {
  const shapes: LineTemplate[] = []
  const memory = new Float64Array(forms.width)
  let tries = 0
  const chosen = new Map<number, Form | undefined>()
  const formOf = (year: number) => {
    if (!chosen.has(year)) chosen.set(year, formOfYear(forms, year, thisYear))
    return chosen.get(year)
  }
  return line => {
    for (let i = 0; i < shapes.length && line.isUtf8; i++) {
      const report = fastParse(shapes[i]!, line.number, line.bytes, memory, formOf)
      if (report === undefined || !isSound(report)) continue
      if (i > 0) shapes.unshift(...shapes.splice(i, 1))
      return { line: line.number, source: keepSource ? line.text! : '', report }
    }
    const read = parseLine(forms, line, memory, thisYear)
    if ('report' in read && line.isUtf8 && tries < MAX_TRIES) {
      tries++
      const shape = templateOf(read.source, read.report)
      if (shape !== undefined) shapes.unshift(shape)
      shapes.splice(MAX_TEMPLATES)
    }
    return read
  }
}

const isSound = ({ year, publishedOn }: ParsedReport) => publishedOn === undefined || isDayFrom(year, publishedOn)

/** Returns the form of a year for lines that name none; undefined if the form cannot be chosen without one. */
function formOfYear (forms: Forms, year: number, thisYear: number): Form | undefined {
  try {
    return chooseForm(forms, year, undefined, thisYear)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

function parseLine (
  forms: Forms,
  { number: line, text, encoding }: Line,
  memory: Float64Array,
  thisYear: number
): ParsedRecord {
  const source = text ?? ''
  if (text === null) {
    return { line, source, faults: [{ line, code: 'text-undecodable', expected: EXPECTED.text(encoding) }] }
  }
  try {
    const value = parseExactJson(text)
    if (!isObject(value)) {
      return {
        line,
        source,
        faults: [{
          line,
          found: value,
          expected: { en: 'one report, as an object {"agency", "year", …}', zh: '一份报告：对象 {"agency", "year", …}' }
        }]
      }
    }
    const faults = faultsOfMembers(line, value)
    if (faults.length > 0) return { line, source, faults }
    const { agency, year, form: asked, published_on: publishedOn } = value as {
      agency: string
      year: number
      form?: string
      published_on?: string
    }
    const form = chooseForm(forms, year, asked, thisYear)
    const { content, faults: wrong } = readContent(form, value)
    if (wrong.length > 0) return { line, source, faults: wrong.map(fault => ({ ...fault, line })) }
    const stated = Object.fromEntries(STATED.filter(name => value[name] !== undefined).map(name => [name, value[name]]))
    return {
      line,
      source,
      report: {
        line,
        agency,
        year,
        form,
        ...content,
        figures: packFigures(content.figures, memory),
        figuresOnly: false,
        publishedOn,
        stated: Object.keys(stated).length === 0 ? undefined : stated
      }
    }
  } catch (error) {
    return { line, source, faults: faultsOfProblem(line, error) }
  }
}

function faultsOfMembers (line: number, value: Record<string, unknown>): LineFault[] {
  const place = atPointer('')
  const faults: LineFault[] = []
  for (const name of Object.keys(value).filter(name => !MEMBERS.includes(name) && name !== REJECTED)) {
    faults.push({
      line,
      ...place(name),
      found: name,
      expected: { en: `one of ${MEMBERS.join(', ')}`, zh: `以下之一：${MEMBERS.join('、')}` },
      candidates: MEMBERS
    })
  }
  if (!isAgencyCode(value.agency)) {
    faults.push({ line, ...place('agency'), ...found(value.agency), expected: EXPECTED.agency })
  }
  if (!isYear(value.year)) faults.push({ line, ...place('year'), ...found(value.year), expected: EXPECTED.year })
  if (
    value.published_on !== undefined && !isDayFrom(isYear(value.year) ? value.year : FIRST_YEAR, value.published_on)
  ) {
    const expected = EXPECTED.publishedOn(isYear(value.year) ? value.year : FIRST_YEAR)
    faults.push({ line, ...place('published_on'), found: value.published_on, expected })
  }
  if (value.form !== undefined && typeof value.form !== 'string') {
    faults.push({ line, ...place('form'), found: value.form, expected: { en: 'the id of a form', zh: '格式编号' } })
  }
  return faults
}

const found = (value: unknown) => value === undefined ? {} : { found: value }
