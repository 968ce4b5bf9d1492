// Reads the cells of one sheet as the text that they show.
import { checkLimit, LIMITS } from '../../limits.ts'
import { type Marks, StyledText, withSign } from '../../styled-text.ts'
import { damaged } from '../../unreadable-file.ts'
import { readXml } from '../xml.ts'
import { addressOf, type Area, areaOf, areasOf, numberedFrom1 } from './areas.ts'
import { PLAIN_STYLE } from './cell-styles.ts'
import { show, showText } from './number-formats.ts'
import { decimal } from './numbers.ts'
import { textReader, type Workbook } from './workbook.ts'

/** Rows and columns count from 0. */
export interface Sheet {
  rows: Map<number, Map<number, string>>
  merges: Area[]
  hidden: { rows: Set<number>, columns: Set<number> }
}

/** What all sheets have together. */
export interface Counts {
  cells: number
  characters: number
  merges: number
  columns: number
}

/** Cells that conditions show otherwise. */
interface Condition {
  areas: Area[]
  onlyZeros: boolean
}

interface Rule {
  /** Of the format that it applies. */
  dxf: number
  isZero: boolean
  hidesValue: boolean
  formula: string
}

interface Cell {
  row: number
  column: number
  type: string
  style: number
  value: string | null
  formula: string[] | null
  inline: ReturnType<typeof textReader>
}

export function readSheet (xml: string, workbook: Workbook, counts: Counts): Sheet {
  const reader = new SheetReader(workbook, counts)
  readXml(xml, reader)
  reader.applyConditions()
  return reader.sheet
}

class SheetReader {
  readonly sheet: Sheet = { rows: new Map(), merges: [], hidden: { rows: new Set(), columns: new Set() } }
  readonly #workbook: Workbook
  readonly #counts: Counts
  readonly #conditions: Condition[] = []
  #cell: Cell = { row: -1, column: -1, type: 'n', style: 0, value: null, formula: null, inline: textReader() }
  #row = -1
  #column = -1
  #collected: string[] | null = null
  #hidesZeros = false
  #showsFormulas = false
  #areas: Area[] = []
  #rule: Rule | null = null

  constructor (workbook: Workbook, counts: Counts) {
    this.#workbook = workbook
    this.#counts = counts
  }

  open = (name: string, attributes: () => Record<string, string>): void => {
    if (name === 'row') this.#openRow(attributes())
    else if (name === 'c') this.#openCell(attributes())
    else if (name === 'f') this.#openFormula(attributes())
    else if (name === 'v' || name === 'formula') this.#collected = []
    else if (name === 'col') this.#addColumns(attributes())
    else if (name === 'mergeCell') {
      checkLimit('merges', ++this.#counts.merges)
      this.sheet.merges.push(...areaOf(attributes().ref ?? ''))
    } else if (!this.#openSetting(name, attributes)) this.#cell.inline.open(name, attributes)
  }

  text = (text: string): void => {
    if (this.#collected === null) this.#cell.inline.text(text)
    else this.#collected.push(text)
  }

  close = (name: string): void => {
    const collected = this.#collected?.join('') ?? ''
    if (name === 'v') this.#cell.value = collected
    else if (name === 'f') this.#cell.formula?.push(collected)
    else if (name === 'formula' && this.#rule !== null) this.#rule.formula = collected
    else if (name === 'c') this.#addCell()
    else if (name === 'cfRule' && this.#rule !== null) this.#addRule(this.#rule)
    else return this.#cell.inline.close(name)
    this.#collected = null
  }

  /** Adds a sign to the cells that a condition may show otherwise. */
  applyConditions (): void {
    for (const { areas, onlyZeros } of this.#conditions) {
      const marks: Marks = { uncertain: true, unseen: false }
      forCells(this.sheet, areas, (cells, column, text) => {
        if (!onlyZeros || text === '0') cells.set(column, withSign(text, marks))
      })
    }
  }

  #openFormula ({ t, ref }: Record<string, string>): void {
    this.#cell.formula ??= []
    this.#collected = []
    // The results of an array stand in other cells.
    if (t === 'array' && ref !== undefined && this.#workbook.recalculates) {
      this.#conditions.push({ areas: areasOf(ref), onlyZeros: false })
    }
  }

  /** Returns false for an element that is no setting of the sheet. */
  #openSetting (name: string, attributes: () => Record<string, string>): boolean {
    if (name === 'sheetView') {
      const { showZeros = '1', showFormulas } = attributes()
      this.#hidesZeros ||= !isOn(showZeros)
      this.#showsFormulas ||= isOn(showFormulas)
    } else if (name === 'conditionalFormatting') this.#areas = areasOf(attributes().sqref ?? '')
    else if (name === 'cfRule') {
      const { dxfId = '-1', type, operator } = attributes()
      const isZero = type === 'cellIs' && operator === 'equal'
      this.#rule = { dxf: Number(dxfId), isZero, hidesValue: false, formula: '' }
    } else if (this.#rule !== null && attributes().showValue !== undefined) {
      this.#rule.hidesValue = !isOn(attributes().showValue)
    } else return false
    return true
  }

  #addRule ({ dxf, isZero, hidesValue, formula }: Rule): void {
    this.#rule = null
    if (!hidesValue && this.#workbook.styles.conditional[dxf] !== true) return
    this.#conditions.push({ areas: this.#areas, onlyZeros: isZero && !hidesValue && formula.trim() === '0' })
  }

  #openRow ({ r, hidden, ht }: Record<string, string>): void {
    this.#row = numberedFrom1(r, this.#row + 1)
    this.#column = -1
    if (isOn(hidden) || (ht !== undefined && Number(ht) === 0)) this.sheet.hidden.rows.add(this.#row)
  }

  #addColumns ({ min, max, hidden, width }: Record<string, string>): void {
    checkLimit('columns', ++this.#counts.columns)
    if (!isOn(hidden) && !(width !== undefined && Number(width) === 0)) return
    for (let i = numberedFrom1(min, 0); i <= Math.min(numberedFrom1(max, 0), LIMITS.fieldsInRow); i++) {
      this.sheet.hidden.columns.add(i)
    }
  }

  #openCell ({ r, t = 'n', s = '0' }: Record<string, string>): void {
    const at = r === undefined ? null : addressOf(r)
    this.#row = at?.row ?? Math.max(this.#row, 0)
    this.#column = at?.column ?? this.#column + 1
    this.#cell = {
      row: this.#row,
      column: this.#column,
      type: t,
      style: Number(s),
      value: null,
      formula: null,
      inline: textReader()
    }
  }

  #addCell (): void {
    const { row, column } = this.#cell
    const found = this.#shownText()
    // A shared string counts for each cell that has it, before the text is copied.
    checkLimit('characters', this.#counts.characters += found.length)
    const text = oneLine(found)
    if (text === '') return
    checkLimit('fieldsInRow', column + 1)
    checkLimit('fields', ++this.#counts.cells)
    let cells = this.sheet.rows.get(row)
    if (cells === undefined) this.sheet.rows.set(row, cells = new Map())
    if (cells.has(column)) throw damaged({ zh: '同一单元格出现两次', en: 'a cell appears twice' })
    cells.set(column, text)
  }

  #shownText (): string {
    const { style, inline, type } = this.#cell
    const { format, shown } = this.#workbook.styles.cells[style] ?? PLAIN_STYLE
    const text = type === 'inlineStr' ? showText(inline.value(), format) : this.#formatted()
    if (shown.unseen !== true && shown.uncertain !== true && shown.raised !== true && shown.lowered !== true) {
      return text
    }
    const styled = new StyledText()
    styled.add(text, shown)
    return styled.takeCell()
  }

  #formatted (): string {
    const { value, formula, type, style } = this.#cell
    const { strings, styles, from1904, recalculates } = this.#workbook
    // A formula that was never calculated is not blank.
    const isCalculated = value !== null && (value !== '' || type === 'str')
    if (formula !== null && (recalculates || this.#showsFormulas || !isCalculated)) {
      return `=${formula.join('')}`
    }
    if (value === null || value === '') return ''
    const { format } = styles.cells[style] ?? PLAIN_STYLE
    if (type === 's') {
      const text = strings[Number(value)]
      if (text === undefined) throw damaged({ zh: '缺少共享字符串', en: 'a shared string is missing' })
      return showText(text, format)
    }
    if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
    if (type !== 'n') return type === 'str' ? showText(value, format) : value
    if (this.#hidesZeros && decimal(value) === '0') return ''
    return show(value, format, from1904)
  }
}

/** Calls the function for the cells with text in the areas. */
function forCells (
  { rows }: Sheet,
  areas: Area[],
  call: (cells: Map<number, string>, column: number, text: string) => void
): void {
  for (const { top, bottom, left, right } of areas) {
    for (const [row, cells] of rows) {
      if (row < top || row > bottom) continue
      for (const [column, text] of cells) if (column >= left && column <= right) call(cells, column, text)
    }
  }
}

const isOn = (value: string | undefined) => value === '1' || value === 'true'

export const oneLine = (text: string) => text.replace(/[\0\t\n\f\r ]+/g, ' ').replace(/^ | $/g, '')
